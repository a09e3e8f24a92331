package data

import "slices"

// A Batch is the input of one step of training or evaluation: B rows of T time
// steps. Matrices are time-major: element (t, b) is at t·B+b.
type Batch struct {
	Steps     int         // T
	Rows      int         // B
	Inputs    []int       // (T·B) token ids, 0 where a row does not run
	Parts     [][]int     // (T·B) ids of each part of the tokens, of words that are known by their Affixes
	Numbers   []float64   // (T·B, I) inputs that are numbers, 0 where a row does not run
	Targets   []int       // (T·B) a class for each step, such as the next token of a stream, or (B) for each row
	Values    []float64   // (n, O) targets that are numbers, a row for each of the n targets
	Baselines [][]float64 // (n, O) each, forecasts of Values that need no model; Windows has two
	Weights   []float64   // one for each target: 1 if it counts, 0 if not
	Mask      []float64   // (T·B) 1 where row b runs at step t, 0 where it is at its end
	Lengths   []int       // (B) the number of steps for which a row runs, the first ones
	Examples  []int       // (B) the index of a row's example, or -1; empty for a stream
	Offsets   []int       // (B) the step of its example at which a row begins; empty for a stream
	Reset     bool        // whether carried state starts afresh before this batch

	ids []int // for the Source, to read into
}

// pad makes b a batch of padding with the given sizes.
func (b *Batch) pad(steps, rows, targets int) {
	b.Steps, b.Rows, b.Reset = steps, rows, false
	b.Inputs = zeros(b.Inputs, steps*rows)
	b.Mask = zeros(b.Mask, steps*rows)
	b.Targets = zeros(b.Targets, targets)
	b.Weights = zeros(b.Weights, targets)
	b.Lengths = zeros(b.Lengths, rows)
	b.Parts = b.Parts[:0]
	b.Numbers, b.Values, b.Baselines = b.Numbers[:0], b.Values[:0], b.Baselines[:0]
	b.Examples, b.Offsets = b.Examples[:0], b.Offsets[:0]
}

// fill makes the ids the first inputs of a row.
func (b *Batch) fill(row int, ids []int) {
	b.Lengths[row] = len(ids)
	for t, id := range ids {
		b.Inputs[t*b.Rows+row] = id
		b.Mask[t*b.Rows+row] = 1
	}
}

// zeros returns n zeros in the memory of s if they fit there.
func zeros[E int | float64](s []E, n int) []E {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}
