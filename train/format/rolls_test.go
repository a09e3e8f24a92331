package format_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/datatest"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// Catches parts mixed up.
func TestReadRolls(t *testing.T) {
	for content, want := range map[string]string{
		`{"test": [[[60]]], "train": [[[21, 108], []], [[30]]], "valid": [[]]}`: "{[[[21 108] []] [[30]]] [[]] [[[60]]]}",
		"\n[[[60], [61]]]\n": "{[[[60] [61]]] [] []}",
	} {
		if got, err := format.RollsFromBytes("a", []byte(content)); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%v, %v, want %s", got, err, want)
		}
	}
}

// Bad files say where and what.
func TestReadRollsRefuses(t *testing.T) {
	for content, want := range map[string]formattest.Complaint{
		"":                                   {File: "bad.json", Texts: []string{"is empty"}},
		"{}":                                 {File: "bad.json", Texts: []string{"no pieces"}},
		"[\n[[60],\n[6x]]]":                  {File: "bad.json", Line: 3, Texts: []string{"JSON"}},
		"[[[60.5]]]":                         {File: "bad.json", Line: 1, Texts: []string{"60.5"}},
		"[[[60]]] x":                         {File: "bad.json", Line: 1, Texts: []string{"more"}},
		`{"train": [], "other": 1}`:          {File: "bad.json", Texts: []string{"other"}},
		`{"train": [[[60]], [[60], [109]]]}`: {File: "bad.json", Value: "109", Texts: []string{"train piece 2, step 2", "21 to 108"}},
		`{"valid": [[[20]]]}`:                {File: "bad.json", Value: "20", Texts: []string{"valid piece 1, step 1"}},
	} {
		_, err := format.ReadRolls(formattest.Write(t, "bad.json", content))
		want.Expect(t, err)
	}
}

// The published sizes of the JSB chorales.
func TestReadChorales(t *testing.T) {
	parts, err := format.ReadRolls(datatest.Path(t, "jsb_chorales/jsb-chorales-quarter.json"))
	if err != nil {
		t.Fatal(err)
	}
	steps := func(rolls []format.Roll) (n int) {
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

// Whatever a file holds, all keys are a piano's.
func FuzzReadRolls(f *testing.F) {
	f.Add([]byte(`{"train": [[[60, 64], []]], "test": [[[21]]]}`))
	f.Add([]byte(`[[[60]], []]`))
	f.Fuzz(func(t *testing.T, content []byte) {
		parts, err := format.RollsFromBytes("file", content)
		var bad *format.Error
		if err != nil {
			if !errors.As(err, &bad) {
				t.Fatalf("error %v (%T)", err, err)
			}
			return
		}
		for _, r := range slices.Concat(parts.Train, parts.Valid, parts.Test) {
			if len(r.Numbers()) != len(r)*format.Keys {
				t.Fatal("numbers of another size")
			}
		}
	})
}
