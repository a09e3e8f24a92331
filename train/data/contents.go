package data

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
)

// NewSequences returns Sequences of B = rows over token ids, which it keeps. The class of
// ids[i] is targets[i]; targets are nil for prediction, and then all targets and weights
// are 0. It is an error if there are no sequences, if the numbers of sequences and
// targets differ, or if rows or maxSteps is not positive.
func NewSequences(ids [][]int, targets []int, rows, maxSteps int) (*Sequences, error) {
	if err := oneEach(len(ids), len(targets), targets == nil); err != nil {
		return nil, err
	}
	return newSequences(len(ids), texts{tokens(ids), classes(targets)}, rows, maxSteps)
}

// NewTagged returns Sequences of B = rows over token ids, which it keeps, with a class for
// each: that of ids[i][t] is tags[i][t]. Tags are nil for prediction. It is an error if
// there are no sequences, if there is not a tag for each token, or if rows or maxSteps is
// not positive.
func NewTagged(ids, tags [][]int, rows, maxSteps int) (*Sequences, error) {
	if err := oneEach(len(ids), len(tags), tags == nil); err != nil {
		return nil, err
	}
	for i := range tags {
		if len(tags[i]) != len(ids[i]) {
			return nil, errors.Errorf("data: sequence %d has %d tokens and %d tags", i, len(ids[i]), len(tags[i]))
		}
	}
	return newSequences(len(ids), tagged{tokens(ids), tags}, rows, maxSteps)
}

// NewSpelled is NewTagged of tokens that have parts, equally many each, as Affixes encode them:
// part k of ids[i][t] is parts[i][k][t].
func NewSpelled(ids [][]int, parts [][][]int, tags [][]int, rows, maxSteps int) (*Sequences, error) {
	if err := oneEach(len(ids), len(parts), false); err != nil {
		return nil, err
	}
	n := 0
	for i := range parts {
		if n = len(parts[0]); len(parts[i]) != n {
			return nil, errors.Errorf("data: tokens of sequence %d have %d parts, those of the first %d", i, len(parts[i]), n)
		}
		for k := range parts[i] {
			if len(parts[i][k]) != len(ids[i]) {
				return nil, errors.Errorf("data: sequence %d has %d tokens, but part %d of %d", i, len(ids[i]), k, len(parts[i][k]))
			}
		}
	}
	s, err := NewTagged(ids, tags, rows, maxSteps)
	if err == nil {
		s.contents = spelled{s.contents.(tagged), parts, n}
	}
	return s, err
}

// NewNumberSequences returns Sequences of B = rows over series, on the scale of f. The
// class of series i is targets[i]; targets are nil for prediction. It is an error if there
// are no series, if the numbers of series and targets differ, if a series is not as wide
// as f, or if rows or maxSteps is not positive.
func NewNumberSequences(f *schema.Features, series []format.Series, targets []int, rows, maxSteps int) (*Sequences, error) {
	if err := oneEach(len(series), len(targets), targets == nil); err != nil {
		return nil, err
	}
	x, err := seriesNumbers(f, series)
	if err != nil {
		return nil, err
	}
	return newSequences(len(series), measured{x, classes(targets)}, rows, maxSteps)
}

func oneEach(sequences, targets int, none bool) error {
	if !none && targets != sequences {
		return errors.Errorf("data: %d sequences and %d targets", sequences, targets)
	}
	return nil
}

// tokens are inputs that are tokens.
type tokens [][]int

func (x tokens) length(i int) int { return len(x[i]) }

func (x tokens) put(b *Batch, row int, p piece) { b.fill(row, x[p.sequence][p.from:p.to]) }

// classes are targets of whole sequences.
type classes []int

func (classes) whole() bool { return true }

func (y classes) put(b *Batch, row int, p piece) {
	if y != nil {
		b.Targets[row] = y[p.sequence]
		b.Weights[row] = 1
	}
}

// texts are tokens with a class for each sequence.
type texts struct {
	tokens
	classes
}

func (texts) pad(b *Batch, steps, rows int) { b.pad(steps, rows, rows) }

func (x texts) put(b *Batch, row int, p piece) {
	x.tokens.put(b, row, p)
	x.classes.put(b, row, p)
}

// tagged are tokens with a class for each of them.
type tagged struct {
	tokens
	tags [][]int
}

func (tagged) whole() bool { return false }

func (tagged) pad(b *Batch, steps, rows int) { b.pad(steps, rows, steps*rows) }

func (x tagged) put(b *Batch, row int, p piece) {
	x.tokens.put(b, row, p)
	if x.tags == nil {
		return
	}
	for t, tag := range x.tags[p.sequence][p.from:p.to] {
		b.Targets[t*b.Rows+row] = tag
		b.Weights[t*b.Rows+row] = 1
	}
}

// spelled are tagged tokens with n parts each.
type spelled struct {
	tagged
	parts [][][]int
	n     int
}

func (x spelled) pad(b *Batch, steps, rows int) {
	x.tagged.pad(b, steps, rows)
	b.Parts = slices.Grow(b.Parts, x.n)[:x.n]
	for k := range b.Parts {
		b.Parts[k] = zeros(b.Parts[k], steps*rows)
	}
}

func (x spelled) put(b *Batch, row int, p piece) {
	x.tagged.put(b, row, p)
	for k, ids := range x.parts[p.sequence] {
		for t, id := range ids[p.from:p.to] {
			b.Parts[k][t*b.Rows+row] = id
		}
	}
}

// numbers are inputs that are numbers, width of them at each step. They are scaled when
// they are put into a batch, for a copy of all would need as much memory again.
type numbers struct {
	values [][]float64
	width  int
	scale  *schema.Features // nil for numbers as they are
}

// seriesNumbers returns series as a model with the given features reads them.
func seriesNumbers(f *schema.Features, series []format.Series) (numbers, error) {
	x := numbers{make([][]float64, len(series)), f.Len(), f}
	for i, s := range series {
		if s.Width != f.Len() {
			return x, &format.Error{File: s.File, Line: s.Line, Problem: fmt.Sprintf("a series of %d columns, but the model reads %d", s.Width, f.Len())}
		}
		x.values[i] = s.Values
	}
	return x, nil
}

func (x numbers) length(i int) int { return len(x.values[i]) / x.width }

func (x numbers) pad(b *Batch, steps, rows, targets int) {
	b.pad(steps, rows, targets)
	b.Numbers = zeros(b.Numbers, steps*rows*x.width)
}

func (x numbers) put(b *Batch, row int, p piece) {
	b.Lengths[row] = p.to - p.from
	values := x.values[p.sequence][p.from*x.width : p.to*x.width]
	if x.scale != nil {
		values = x.scale.Scale(values)
	}
	for t := range p.to - p.from {
		at := t*b.Rows + row
		b.Mask[at] = 1
		copy(b.Numbers[at*x.width:(at+1)*x.width], values[t*x.width:])
	}
}

// measured are numbers with a class for each sequence.
type measured struct {
	numbers
	classes
}

func (x measured) pad(b *Batch, steps, rows int) { x.numbers.pad(b, steps, rows, rows) }

func (x measured) put(b *Batch, row int, p piece) {
	x.numbers.put(b, row, p)
	x.classes.put(b, row, p)
}
