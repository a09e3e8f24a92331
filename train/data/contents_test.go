package data_test

import (
	"fmt"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Numbers stand where their step and row are, on the model's scale; a series that is too
// long keeps its end. Catches a scale that is applied twice or not.
func TestNumberSequences(t *testing.T) {
	f := &schema.Features{Mean: []float64{1, 0}, Deviation: []float64{1, 10}}
	series := []format.Series{
		{Width: 2, Values: []float64{2, 10, 3, 20}},
		{Width: 2},
		{Width: 2, Values: []float64{9, 90, 5, 50, 6, 60, 7, 70}},
	}
	s := formattest.Must(data.NewNumberSequences(f, series, []int{4, 5, 6}, 4, 3))
	var b data.Batch
	if n := s.Begin(nil); n != 1 || s.Truncated() != 1 {
		t.Fatalf("%d batches, %d truncated", n, s.Truncated())
	}
	s.Batch(0, &b)
	want := "[1 1 0 0 4 5 0 0 2 2 0 0 5 6 0 0 0 0 0 0 6 7 0 0] [1 0 1 0 1 0 1 0 0 0 1 0] [4 5 6 0] [1 1 1 0] [2 0 3 0] [0 0 1 0]"
	if got := fmt.Sprint(b.Numbers, b.Mask, b.Targets, b.Weights, b.Lengths, b.Offsets); got != want {
		t.Errorf("the batch is\n%s, want\n%s", got, want)
	}
	_, err := data.NewNumberSequences(f, []format.Series{{Width: 3, File: "f", Line: 2}}, nil, 1, 1)
	formattest.Complaint{File: "f", Line: 2, Texts: []string{"3 columns", "reads 2"}}.Expect(t, err)
}

// A sentence that is longer than a row is cut into rows, none of whose words is lost; each
// tag stands where its word does.
func TestTaggedBatches(t *testing.T) {
	var ids, tags [][]int
	total := 0
	for n := range 25 {
		var words, classes []int
		for i := range n {
			words, classes = append(words, 100*n+i), append(classes, 200*n+i)
		}
		ids, tags = append(ids, words), append(tags, classes)
		total += n
	}
	s := formattest.Must(data.NewTagged(ids, tags, 4, 10))
	seen := map[int]bool{}
	var b data.Batch
	for i := range s.Begin(nil) {
		s.Batch(i, &b)
		for j, w := range b.Weights {
			row := j % b.Rows
			if w == 0 {
				if b.Mask[j] != 0 {
					t.Fatalf("batch %d: element %d runs without a target", i, j)
				}
				continue
			}
			example, at := b.Examples[row], b.Offsets[row]+j/b.Rows
			if b.Inputs[j] != ids[example][at] || b.Targets[j] != tags[example][at] || b.Mask[j] != 1 {
				t.Fatalf("batch %d: element %d is %d with tag %d", i, j, b.Inputs[j], b.Targets[j])
			}
			seen[b.Inputs[j]] = true
		}
	}
	if len(seen) != total || s.Truncated() != 0 {
		t.Errorf("%d words of %d, %d truncated", len(seen), total, s.Truncated())
	}
	if _, err := data.NewTagged([][]int{{1, 2}}, [][]int{{1}}, 1, 4); err == nil {
		t.Error("a tag is missing without an error")
	}
}
