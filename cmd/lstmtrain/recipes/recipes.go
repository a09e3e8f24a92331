// Package recipes holds settings for known data sets, one JSON file each, of which the keys are flags
// of lstmtrain train.
package recipes

import (
	"cmp"
	"embed"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.json
var files embed.FS

// Names lists the recipes.
func Names() []string {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		panic(err) // they are embedded
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".json")
	}
	return names
}

// Find returns the recipe of a name, and whether there is one.
func Find(name string) (content []byte, ok bool) {
	if !slices.Contains(Names(), name) {
		return nil, false
	}
	content, err := files.ReadFile(name + ".json")
	return content, err == nil
}

// Nearest returns the names of the n recipes that are the least edits away from a name.
func Nearest(name string, n int) []string {
	names := Names()
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(edits(name, a), edits(name, b)) })
	return names[:min(n, len(names))]
}

// edits counts the bytes that are to be put in, left out or changed to make b of a (Levenshtein 1965).
func edits(a, b string) int {
	row := make([]int, len(b)+1) // from the first i bytes of a to the first j of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before, row[j+1] = row[j+1], min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
