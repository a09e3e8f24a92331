package data_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// Each step's target is the next step, also across the border of two pieces of a roll; the
// last step has none. Catches a target that is its own input.
func TestRolls(t *testing.T) {
	rolls := []format.Roll{{{21}, {22, 108}, {23}, {24}, {25}, {}}, {}, {{30}}}
	keys := func(x []float64) (all []int) {
		for k, v := range x {
			if v == 1 {
				all = append(all, format.LowestKey+k)
			}
		}
		return all
	}
	s := formattest.Must(data.NewRolls(rolls, 2, 3))
	var b data.Batch
	var got []string
	for i := range s.Begin(nil) {
		s.Batch(i, &b)
		for j, w := range b.Weights {
			if w > 0 {
				got = append(got, fmt.Sprint(b.Offsets[j%b.Rows]+j/b.Rows, keys(b.Numbers[j*format.Keys:(j+1)*format.Keys]), keys(b.Values[j*format.Keys:(j+1)*format.Keys])))
			}
		}
	}
	slices.Sort(got)
	if want := "[0 [21] [22 108] 1 [22 108] [23] 2 [23] [24] 3 [24] [25] 4 [25] []]"; fmt.Sprint(got) != want {
		t.Errorf("steps, inputs and targets are %v, want %s", got, want)
	}
	s = formattest.Must(data.NewRollEnds(rolls[:1], 1, 4))
	s.Begin(nil)
	s.Batch(0, &b)
	if b.Lengths[0] != 4 || b.Offsets[0] != 2 || !slices.Equal(keys(b.Numbers[:format.Keys]), []int{23}) || slices.Max(b.Weights) != 0 || len(b.Values) != 4*format.Keys {
		t.Errorf("the end is of length %d from %d", b.Lengths[0], b.Offsets[0])
	}
}
