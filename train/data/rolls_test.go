package data_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
)

// Catches parts mixed up.
func TestReadRolls(t *testing.T) {
	for content, want := range map[string]string{
		`{"test": [[[60]]], "train": [[[21, 108], []], [[30]]], "valid": [[]]}`: "{[[[21 108] []] [[30]]] [[]] [[[60]]]}",
		"\n[[[60], [61]]]\n": "{[[[60] [61]]] [] []}",
	} {
		if got, err := data.RollsFromBytes("a", []byte(content)); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%v, %v, want %s", got, err, want)
		}
	}
}

// Bad files say where and what.
func TestReadRollsRefuses(t *testing.T) {
	for content, want := range map[string]complaint{
		"":                                   {"bad.json", 0, "", []string{"is empty"}},
		"{}":                                 {"bad.json", 0, "", []string{"no pieces"}},
		"[\n[[60],\n[6x]]]":                  {"bad.json", 3, "", []string{"JSON"}},
		"[[[60.5]]]":                         {"bad.json", 1, "", []string{"60.5"}},
		"[[[60]]] x":                         {"bad.json", 1, "", []string{"more"}},
		`{"train": [], "other": 1}`:          {"bad.json", 0, "", []string{"other"}},
		`{"train": [[[60]], [[60], [109]]]}`: {"bad.json", 0, "109", []string{"train piece 2, step 2", "21 to 108"}},
		`{"valid": [[[20]]]}`:                {"bad.json", 0, "20", []string{"valid piece 1, step 1"}},
	} {
		_, err := data.ReadRolls(write(t, "bad.json", content))
		want.expect(t, err)
	}
}

// The published sizes of the JSB chorales.
func TestReadChorales(t *testing.T) {
	parts, err := data.ReadRolls(dataset(t, "jsb_chorales/jsb-chorales-quarter.json"))
	if err != nil {
		t.Fatal(err)
	}
	steps := func(rolls []data.Roll) (n int) {
		for _, r := range rolls {
			n += len(r)
		}
		return n
	}
	got := []int{len(parts.Train), len(parts.Valid), len(parts.Test), steps(parts.Train), steps(parts.Valid), steps(parts.Test)}
	if want := []int{229, 76, 77, 13807, 4602, 4725}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Each step's target is the next step, also across the border of two pieces of a roll; the
// last step has none. Catches a target that is its own input.
func TestRolls(t *testing.T) {
	rolls := []data.Roll{{{21}, {22, 108}, {23}, {24}, {25}, {}}, {}, {{30}}}
	keys := func(x []float64) (all []int) {
		for k, v := range x {
			if v == 1 {
				all = append(all, data.LowestKey+k)
			}
		}
		return all
	}
	s := must(data.NewRolls(rolls, 2, 3))
	var b data.Batch
	var got []string
	for i := range s.Begin(nil) {
		s.Batch(i, &b)
		for j, w := range b.Weights {
			if w > 0 {
				got = append(got, fmt.Sprint(b.Offsets[j%b.Rows]+j/b.Rows, keys(b.Numbers[j*data.Keys:(j+1)*data.Keys]), keys(b.Values[j*data.Keys:(j+1)*data.Keys])))
			}
		}
	}
	slices.Sort(got)
	if want := "[0 [21] [22 108] 1 [22 108] [23] 2 [23] [24] 3 [24] [25] 4 [25] []]"; fmt.Sprint(got) != want {
		t.Errorf("steps, inputs and targets are %v, want %s", got, want)
	}
	s = must(data.NewRollEnds(rolls[:1], 1, 4))
	s.Begin(nil)
	s.Batch(0, &b)
	if b.Lengths[0] != 4 || b.Offsets[0] != 2 || !slices.Equal(keys(b.Numbers[:data.Keys]), []int{23}) || slices.Max(b.Weights) != 0 || len(b.Values) != 4*data.Keys {
		t.Errorf("the end is of length %d from %d", b.Lengths[0], b.Offsets[0])
	}
}

// Whatever a file holds, all keys are a piano's.
func FuzzReadRolls(f *testing.F) {
	f.Add([]byte(`{"train": [[[60, 64], []]], "test": [[[21]]]}`))
	f.Add([]byte(`[[[60]], []]`))
	f.Fuzz(func(t *testing.T, content []byte) {
		parts, err := data.RollsFromBytes("file", content)
		var bad *data.Error
		if err != nil {
			if !errors.As(err, &bad) {
				t.Fatalf("error %v (%T)", err, err)
			}
			return
		}
		for _, r := range slices.Concat(parts.Train, parts.Valid, parts.Test) {
			if len(r.Numbers()) != len(r)*data.Keys {
				t.Fatal("numbers of another size")
			}
		}
	})
}
