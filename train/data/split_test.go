package data_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// numbers returns 1, 2, ..., n: none is the 0 of padding.
func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

// numbered returns n examples that differ in their lines.
func numbered(n int) []format.Example {
	examples := make([]format.Example, n)
	for i := range examples {
		examples[i] = format.Example{Text: "text", Label: "label", File: "rows.tsv", Line: i + 1}
	}
	return examples
}

func linesOf(examples []format.Example) []int {
	lines := make([]int, len(examples))
	for i, e := range examples {
		lines[i] = e.Line
	}
	return lines
}

// Catches tokens lost, repeated or out of order at the borders, and borders that the
// rounding of a sum of fractions moves: 1000·(0.9+0.05) is 950.0000000000001.
func TestSplitTokens(t *testing.T) {
	for _, c := range []struct {
		n                  int
		f                  data.Fractions
		train, valid, test int
	}{
		{1000, data.Fractions{Train: 0.9, Valid: 0.05, Test: 0.05}, 900, 50, 50},
		{100, data.Fractions{Train: 0.29, Valid: 0.28, Test: 0.43}, 29, 28, 43},
		{1_115_394, data.Fractions{Train: 0.9, Valid: 0.05, Test: 0.05}, 1_003_855, 55_769, 55_770},
		{20, data.Fractions{Train: 0.7, Valid: 0.2 + 5e-10, Test: 0.1}, 14, 4, 2},
		{10, data.Fractions{Train: 0.8, Test: 0.2}, 8, 0, 2},
		{5, data.Fractions{Test: 1}, 0, 0, 5},
		{2, data.Fractions{Train: 1}, 2, 0, 0},
	} {
		tokens := numbers(c.n)
		p, err := data.SplitTokens(tokens, c.f)
		if err != nil {
			t.Errorf("%v of %d: %v", c.f, c.n, err)
			continue
		}
		if len(p.Train) != c.train || len(p.Valid) != c.valid || len(p.Test) != c.test {
			t.Errorf("%v of %d: parts of %d, %d and %d", c.f, c.n, len(p.Train), len(p.Valid), len(p.Test))
		}
		if whole := slices.Concat(p.Train, p.Valid, p.Test); !slices.Equal(whole, tokens) {
			t.Errorf("%v of %d: the parts are not the whole", c.f, c.n)
		}
	}
}

// Catches a part of a split that writes into the next one.
func TestSplitPartsDoNotOverlap(t *testing.T) {
	p := formattest.Must(data.SplitTokens(numbers(10), data.Fractions{Train: 0.5, Valid: 0.5}))
	_ = append(p.Train, -1)
	if p.Valid[0] != 6 {
		t.Errorf("an append to one part changed the next to %v", p.Valid)
	}
}

// Catches an evaluation on nothing.
func TestSplitLeavesPartEmpty(t *testing.T) {
	_, err := data.SplitTokens(numbers(20), data.Fractions{Train: 0.9, Valid: 0.05, Test: 0.05})
	formattest.Complaint{File: ".", Texts: []string{"0.05 of 20 is 1 for the valid part, which needs 2"}}.Expect(t, err)

	rng := rand.New(rand.NewPCG(1, 2))
	_, err = data.SplitExamples(numbered(4), data.Fractions{Train: 0.9, Test: 0.1}, rng)
	formattest.Complaint{File: "rows.tsv", Texts: []string{"0.1 of 4 is 0 for the test part, which needs 1"}}.Expect(t, err)
	_, err = data.SplitExamples(nil, data.Fractions{Train: 1}, rng)
	formattest.Complaint{File: ".", Texts: []string{"1 of 0 is 0 for the train part"}}.Expect(t, err)
}

// Catches fractions that silently drop data or use it twice.
func TestBadFractions(t *testing.T) {
	for _, f := range []data.Fractions{
		{}, {Train: 0.9}, {Train: 1, Test: 1e-8}, {Train: 1.1, Valid: -0.1}, {Train: math.NaN(), Test: 1}, {Train: math.Inf(1)},
	} {
		_, err := data.SplitTokens(numbers(100), f)
		formattest.ExpectUsage(t, err, "their sum is 1")
	}
}

// Catches examples lost, repeated, or left in the order of the file, where labels are
// often sorted, and a split that another run cannot repeat or that reorders its input.
func TestSplitExamples(t *testing.T) {
	examples := numbered(1000)
	f := data.Fractions{Train: 0.8, Valid: 0.1, Test: 0.1}
	p := formattest.Must(data.SplitExamples(examples, f, rand.New(rand.NewPCG(1, 2))))
	if len(p.Train) != 800 || len(p.Valid) != 100 || len(p.Test) != 100 {
		t.Fatalf("parts of %d, %d and %d", len(p.Train), len(p.Valid), len(p.Test))
	}
	lines := linesOf(slices.Concat(p.Train, p.Valid, p.Test))
	if slices.IsSorted(lines[:800]) {
		t.Error("the examples were not shuffled")
	}
	if !slices.Equal(linesOf(examples), numbers(1000)) {
		t.Error("the input was shuffled")
	}
	again := formattest.Must(data.SplitExamples(examples, f, rand.New(rand.NewPCG(1, 2))))
	if !slices.Equal(again.Test, p.Test) {
		t.Error("the same seed gives another split")
	}
	slices.Sort(lines)
	if !slices.Equal(lines, numbers(1000)) {
		t.Error("the parts are not the whole")
	}
}

// Catches a sample with repetitions, out of order, or always of the first examples.
func TestSample(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[int]bool{}
	for range 200 {
		lines := linesOf(data.Sample(numbered(10), 3, rng))
		if len(lines) != 3 || !slices.IsSorted(lines) || len(slices.Compact(lines)) != 3 {
			t.Fatalf("sample %v", lines)
		}
		for _, line := range lines {
			seen[line] = true
		}
	}
	if len(seen) != 10 {
		t.Errorf("200 samples hold %d of 10 examples", len(seen))
	}
	for _, n := range []int{10, 11} {
		if got := data.Sample(numbered(10), n, rng); !slices.Equal(got, numbered(10)) {
			t.Errorf("a sample of %d from 10: %v", n, linesOf(got))
		}
	}
}
