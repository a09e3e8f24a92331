package pass

import (
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// checkPass compares what a pass makes of a program with another text.
func checkPass(t *testing.T, run func(*ir.Program) (*ir.Program, int), text, want string) {
	t.Helper()
	p, err := ir.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	p.Order()
	p.MergeEqual()
	q, rewrites := run(p)
	if err := q.Verify(); err != nil {
		t.Errorf("%v\n%v", err, q)
	}
	got, want := q.String(), outdented(want)
	if got != want {
		t.Errorf("the program\n%v\nbecomes\n%v\nwant\n%v", p, got, want)
	}
	if got == p.String() && rewrites > 0 {
		t.Errorf("the pass says that it made %d rewrites, and the program has not changed", rewrites)
	}
}

// outdented returns the lines without what is around them.
func outdented(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

// neededAll returns the text without values that no other line uses.
func neededAll(text string) string {
	for {
		lines := strings.Split(outdented(text), "\n")
		var kept []string
		for i, line := range lines {
			if name, _, ok := strings.Cut(line, " = "); !ok || uses(lines[i+1:], name) {
				kept = append(kept, line)
			}
		}
		if len(kept) == len(lines) {
			return text
		}
		text = strings.Join(kept, "\n")
	}
}

func uses(lines []string, name string) bool {
	for _, line := range lines {
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("(),+*' ", r) }) {
			if word == name {
				return true
			}
		}
	}
	return false
}
