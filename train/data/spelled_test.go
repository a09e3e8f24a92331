package data_test

import (
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
)

// Parts are put where their tokens are, in pieces of a sentence too. Would catch a piece with the
// parts of another.
func TestSpelled(t *testing.T) {
	ids := [][]int{{1, 2, 3}, {4}}
	parts := [][][]int{{{10, 20, 30}, {11, 21, 31}}, {{40}, {41}}}
	s, err := data.NewSpelled(ids, parts, nil, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	b := &data.Batch{Parts: [][]int{{9, 9, 9, 9, 9, 9, 9, 9}}}
	if n := s.Begin(nil); n != 1 {
		t.Fatalf("%d batches", n)
	}
	s.Batch(0, b)
	for at, id := range b.Inputs {
		want := [2]int{}
		if id > 0 {
			want = [2]int{10 * id, 10*id + 1}
		}
		if got := [2]int{b.Parts[0][at], b.Parts[1][at]}; got != want {
			t.Errorf("token %d has parts %v, want %v", id, got, want)
		}
	}
	s.Batch(0, b) // into the memory of the first
	if len(b.Parts) != 2 {
		t.Errorf("%d parts", len(b.Parts))
	}
	for _, wrong := range [][][][]int{{{{10, 20, 30}}}, {{{10, 20, 30}}, {{40}, {41}}}, {{{10, 20}}, {{40}}}} {
		if _, err := data.NewSpelled(ids, wrong, nil, 3, 2); err == nil {
			t.Errorf("parts %v passed", wrong)
		}
	}
}
