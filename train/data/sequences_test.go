package data_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// withLengths returns sequences of tokens that tell where they stand: token j of
// sequence i is 1000(i+1)+j.
func withLengths(lengths ...int) [][]int {
	ids := make([][]int, len(lengths))
	for i, n := range lengths {
		ids[i] = make([]int, n)
		for j := range n {
			ids[i][j] = 1000*(i+1) + j
		}
	}
	return ids
}

// Catches an example lost, counted twice or with another's target, tokens lost or
// moved, tokens in padding, and a batch of another size than the model's graphs have.
func TestSequencesCountEveryExampleOnce(t *testing.T) {
	lengths := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 5, 33, 100} {
		all := make([]int, n)
		for i := range all {
			all[i] = lengths.IntN(80)
		}
		all[0] = 0
		for _, rows := range []int{1, 2, 7, 32} {
			for _, maxSteps := range []int{1, 8, 10, 16, 50, 64} {
				for _, rng := range []*rand.Rand{nil, rand.New(rand.NewPCG(1, 2))} {
					checkSequences(t, withLengths(all...), rows, maxSteps, rng)
				}
			}
		}
	}
}

func checkSequences(t *testing.T, ids [][]int, rows, maxSteps int, rng *rand.Rand) {
	t.Helper()
	targets := make([]int, len(ids))
	for i := range targets {
		targets[i] = 7 * (i + 1)
	}
	s := formattest.Must(data.NewSequences(ids, targets, rows, maxSteps))
	counted := make([]int, len(ids))
	var b data.Batch
	for i := range s.Begin(rng) {
		s.Batch(i, &b)
		if b.Rows != rows || len(b.Targets) != rows || len(b.Weights) != rows || len(b.Examples) != rows ||
			len(b.Mask) != len(b.Inputs) || len(b.Inputs) != b.Steps*rows || !b.Reset {
			t.Fatalf("batch %d has sizes or Reset wrong: %+v", i, b)
		}
		for r, example := range b.Examples {
			var want []int
			target, weight := 0, 0.0
			if example >= 0 {
				counted[example]++
				want = ids[example][max(len(ids[example])-maxSteps, 0):]
				target, weight = targets[example], 1
			}
			checkRow(t, b, r, want)
			if b.Targets[r] != target || b.Weights[r] != weight {
				t.Fatalf("example %d has target %d and weight %g", example, b.Targets[r], b.Weights[r])
			}
		}
	}
	for i, n := range counted {
		if n != 1 {
			t.Fatalf("example %d counts %d times", i, n)
		}
	}
}

// checkRow checks that row r holds the wanted tokens and then padding.
func checkRow(t *testing.T, b data.Batch, r int, want []int) {
	t.Helper()
	if b.Lengths[r] != len(want) || len(want) > b.Steps {
		t.Fatalf("length %d of %d tokens in %d steps", b.Lengths[r], len(want), b.Steps)
	}
	for step := range b.Steps {
		token, mask := 0, 0.0
		if step < len(want) {
			token, mask = want[step], 1
		}
		if at := step*b.Rows + r; b.Inputs[at] != token || b.Mask[at] != mask {
			t.Fatalf("step %d of row %d: token %d, mask %g, want %d, %g", step, r, b.Inputs[at], b.Mask[at], token, mask)
		}
	}
}

// passOf returns the steps and examples of each batch of a pass.
func passOf(s *data.Sequences, rng *rand.Rand) string {
	var b data.Batch
	var pass []string
	for i := range s.Begin(rng) {
		s.Batch(i, &b)
		pass = append(pass, fmt.Sprint(b.Steps, b.Examples))
	}
	return fmt.Sprint(pass)
}

// Catches buckets of other lengths, a sequence in a longer bucket than it needs, and a
// fixed order that is not stable.
func TestSequencesBuckets(t *testing.T) {
	for _, c := range []struct {
		lengths  []int
		maxSteps int
		want     string
	}{
		{[]int{70, 9, 8, 0, 17, 40, 16, 30, 5}, 40, "[10 [1 2] 10 [3 8] 20 [4 6] 40 [0 5] 40 [7 -1]]"},
		{[]int{1, 9, 8, 16}, 16, "[8 [0 2] 16 [1 3]]"},
		{[]int{1, 15}, 15, "[15 [0 1]]"},
		{[]int{0, 5}, 3, "[3 [0 1]]"},
	} {
		s := formattest.Must(data.NewSequences(withLengths(c.lengths...), nil, 2, c.maxSteps))
		if got := passOf(s, nil); got != c.want {
			t.Errorf("maxSteps %d: got %s, want %s", c.maxSteps, got, c.want)
		}
	}
}

// Catches an order that depends on earlier passes, so that a resumed run differs, and
// one that does not depend on rng at all or shuffles only batches or only within them.
func TestSequencesOrder(t *testing.T) {
	lengths := make([]int, 200)
	for i := range lengths {
		lengths[i] = i % 40
	}
	seeded := func() *rand.Rand { return rand.New(rand.NewPCG(5, 6)) }
	s := formattest.Must(data.NewSequences(withLengths(lengths...), nil, 4, 40))
	fixed, first := passOf(s, nil), passOf(s, seeded())
	if passOf(s, rand.New(rand.NewPCG(7, 8))) == first {
		t.Error("two seeds give one order")
	}
	if passOf(s, seeded()) != first || passOf(s, nil) != fixed {
		t.Error("the order depends on earlier passes")
	}

	var b data.Batch
	sorted, together := true, true
	previous := 0
	for i := range s.Begin(seeded()) {
		s.Batch(i, &b)
		sorted = sorted && b.Steps >= previous
		previous = b.Steps
		held := slices.DeleteFunc(slices.Clone(b.Examples), func(example int) bool { return example < 0 })
		together = together && slices.IsSorted(held)
	}
	if sorted {
		t.Error("the batches are not shuffled")
	}
	if together {
		t.Error("the examples are not shuffled")
	}
}

// Catches a truncation that is not counted, or counts what just fits.
func TestSequencesTruncated(t *testing.T) {
	s := formattest.Must(data.NewSequences(withLengths(9, 10, 11, 300), nil, 2, 10))
	if s.Truncated() != 2 {
		t.Errorf("%d sequences truncated, want 2", s.Truncated())
	}
}

// Catches a prediction that would count as if it had a target.
func TestSequencesWithoutTargets(t *testing.T) {
	s := formattest.Must(data.NewSequences(withLengths(3, 0), nil, 3, 8))
	var b data.Batch
	s.Batch(0, &b)
	if !slices.Equal(b.Examples, []int{0, 1, -1}) || !slices.Equal(b.Lengths, []int{3, 0, 0}) {
		t.Errorf("examples %v of lengths %v", b.Examples, b.Lengths)
	}
	if !slices.Equal(b.Targets, []int{0, 0, 0}) || !slices.Equal(b.Weights, []float64{0, 0, 0}) {
		t.Errorf("targets %v with weights %v", b.Targets, b.Weights)
	}
}

// Catches settings that would loop for ever or divide by zero.
func TestSequencesUsage(t *testing.T) {
	for _, c := range []struct {
		ids            [][]int
		targets        []int
		rows, maxSteps int
		text           string
	}{
		{withLengths(1), nil, 0, 8, "at least 1"},
		{withLengths(1), nil, 1, 0, "at least 1"},
		{nil, nil, 1, 8, "no sequences"},
		{withLengths(1), []int{}, 1, 8, "1 sequences and 0 targets"},
	} {
		_, err := data.NewSequences(c.ids, c.targets, c.rows, c.maxSteps)
		formattest.ExpectUsage(t, err, c.text)
	}
}
