package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// Fractions say how to split a data set. They are not negative and their sum is 1.
type Fractions struct {
	Train, Valid, Test float64
}

// Parts are what a data set is split into. A part whose fraction is 0 is empty.
type Parts[E any] struct {
	Train, Valid, Test []E
}

// SplitTokens splits tokens in their order, without a copy; the parts' borders are
// the sums of the fractions times the length, rounded. It is an *format.Error if a part
// with a fraction above 0 gets fewer than the two tokens that a Stream needs.
func SplitTokens(tokens []int, f Fractions) (Parts[int], error) {
	return split(tokens, f, "", 2)
}

// SplitExamples splits examples in an order drawn from rng, with borders as in
// SplitTokens. It is an *format.Error if a part with a fraction above 0 is empty.
func SplitExamples(examples []format.Example, f Fractions, rng *rand.Rand) (Parts[format.Example], error) {
	return SplitShuffled(examples, f, fileOf(examples), rng)
}

// SplitShuffled is SplitExamples of anything that comes from a file.
func SplitShuffled[E any](all []E, f Fractions, file string, rng *rand.Rand) (Parts[E], error) {
	shuffled := slices.Clone(all)
	rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	return split(shuffled, f, file, 1)
}

// SplitLength returns how many of n tokens SplitTokens puts into the first part and into
// the first two.
func SplitLength(n int, f Fractions) (train, trainAndValid int, err error) {
	return borders(n, f, "", 2)
}

func split[E any](all []E, f Fractions, file string, least int) (Parts[E], error) {
	a, b, err := borders(len(all), f, file, least)
	if err != nil {
		return Parts[E]{}, err
	}
	return Parts[E]{slices.Clip(all[:a]), slices.Clip(all[a:b]), slices.Clip(all[b:])}, nil
}

// borders returns where the second and the third part of n begin.
func borders(n int, f Fractions, file string, least int) (a, b int, err error) {
	if err := f.check(); err != nil {
		return 0, 0, err
	}
	border := func(fraction float64) int {
		return min(int(math.Round(fraction*float64(n))), n) // the sum may be a little above 1
	}
	a, b = border(f.Train), border(f.Train+f.Valid)
	sizes := []int{a, b - a, n - b}
	for i, fraction := range []float64{f.Train, f.Valid, f.Test} {
		if fraction > 0 && sizes[i] < least {
			return 0, 0, &format.Error{File: file, Problem: fmt.Sprintf(
				"too little data to split: %g of %d is %d for the %s part, which needs %d; raise its fraction or make it 0",
				fraction, n, sizes[i], []string{"train", "valid", "test"}[i], least)}
		}
	}
	return a, b, nil
}

func (f Fractions) check() error {
	const tolerance = 1e-9
	sum := f.Train + f.Valid + f.Test
	// Written so that a NaN fails too.
	ok := f.Train >= 0 && f.Valid >= 0 && f.Test >= 0 && math.Abs(sum-1) <= tolerance
	if !ok {
		return errors.Errorf("data: fractions %g, %g and %g; they are not negative and their sum is 1", f.Train, f.Valid, f.Test)
	}
	return nil
}

// Sample returns n of the examples, drawn from rng without replacement and in their
// old order, or all of them if there are no more than n. It panics if n is negative.
func Sample[E any](examples []E, n int, rng *rand.Rand) []E {
	if n >= len(examples) {
		return examples
	}
	drawn := rng.Perm(len(examples))[:n]
	slices.Sort(drawn)
	sample := make([]E, n)
	for i, at := range drawn {
		sample[i] = examples[at]
	}
	return sample
}

func fileOf(examples []format.Example) string {
	if len(examples) == 0 {
		return ""
	}
	return examples[0].File
}
