package format

import (
	"strings"
)

// A TagScheme is how tags mark spans of words. In all but NoScheme, a tag is O for a word outside
// every span, or a letter for the word's place in one, alone or joined by - or _ to the span's kind.
type TagScheme string

// The schemes of tags.
const (
	BIO      TagScheme = "BIO"   // B begins a span, I goes on; also called IOB2
	IOB1     TagScheme = "IOB1"  // B only where a span follows one of its kind, else I
	BIOES    TagScheme = "BIOES" // and E ends a span, S is one of a single word
	BILOU    TagScheme = "BILOU" // and L ends a span, U is one of a single word
	BMES     TagScheme = "BMES"  // B begins, M goes on, E ends, S is a single word
	IO       TagScheme = "IO"    // I is in a span
	NoScheme TagScheme = "none"  // tags of words that make no spans, such as parts of speech
)

// TagSchemes are all schemes.
var TagSchemes = []TagScheme{BIO, IOB1, BIOES, BILOU, BMES, IO, NoScheme}

// splitTag returns a tag's letter and the kind of its span. Of O and of a letter alone the kind is
// "".
func splitTag(tag string) (letter byte, kind string, ok bool) {
	switch {
	case tag == "":
		return 0, "", false
	case len(tag) == 1:
		return tag[0], "", true
	case len(tag) > 2 && (tag[1] == '-' || tag[1] == '_'):
		return tag[0], tag[2:], true
	}
	return 0, "", false
}

// SchemeOf returns the scheme of tags in sentences: the one whose letters they use.
func SchemeOf(sentences []Sentence) TagScheme {
	letters, kinds := map[byte]bool{}, false
	for _, s := range sentences {
		for _, tag := range s.Tags {
			letter, kind, ok := splitTag(tag)
			if !ok || letter == 'O' && kind != "" || !strings.ContainsRune("BIOESLUM", rune(letter)) {
				return NoScheme
			}
			letters[letter] = true
			kinds = kinds || kind != ""
		}
	}
	inside := len(letters)
	if letters['O'] {
		inside--
	}
	only := func(allowed string) bool {
		for letter := range letters {
			if strings.IndexByte(allowed, letter) < 0 {
				return false
			}
		}
		return true
	}
	switch {
	case inside == 0, !kinds && inside < 2 && !letters['O']:
		return NoScheme
	case letters['M'] && only("BMESO"):
		return BMES
	case (letters['L'] || letters['U']) && only("BILUO"):
		return BILOU
	case (letters['E'] || letters['S']) && only("BIESO"):
		return BIOES
	case only("IO"):
		return IO
	case only("BIO") && beginsWithI(sentences):
		return IOB1
	case only("BIO"):
		return BIO
	}
	return NoScheme
}

// beginsWithI tells whether every span begins with I, but for those right after one of their kind,
// and there is such a span of I.
func beginsWithI(sentences []Sentence) bool {
	seen := false
	for _, s := range sentences {
		lastKind, inside := "", false
		for _, tag := range s.Tags {
			letter, kind, _ := splitTag(tag)
			follows := inside && kind == lastKind
			switch {
			case letter == 'B' && !follows:
				return false
			case letter == 'I' && !follows:
				seen = true
			}
			lastKind, inside = kind, letter != 'O'
		}
	}
	return seen
}
