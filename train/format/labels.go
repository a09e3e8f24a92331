package format

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// wholeNumber is a whole number with or without a fraction of zeros.
var wholeNumber = regexp.MustCompile(`^([+-]?[0-9]+)\.0*$`)

// cleanLabel returns a label without blanks around it, in Unicode's composed form, a whole number
// without a fraction: "1.0" is the class "1".
func cleanLabel(label string) string {
	label = norm.NFC.String(strings.TrimSpace(label))
	if m := wholeNumber.FindStringSubmatch(label); m != nil {
		return m[1]
	}
	return label
}

// The names by which columns of labels and of texts usually go, in small letters.
var (
	labelNames = []string{"label", "labels", "class", "category", "target", "sentiment", "intent", "polarity", "rating", "stars", "topic", "y"}
	textNames  = []string{"text", "review", "sentence", "message", "content", "body", "comment", "tweet", "document", "utterance", "description", "reviewtext", "sms"}
)

// usualName returns the index of the cell that is the first of the usual names to be there, or −1.
func usualName(cells, usual []string) int {
	for _, name := range usual {
		if i := slices.IndexFunc(cells, func(cell string) bool { return strings.ToLower(strings.TrimSpace(cell)) == name }); i >= 0 {
			return i
		}
	}
	return -1
}
