package data

import (
	"github.com/seed-222a112c/lstm/train/format"
)

// NewRolls returns Sequences of B = rows in which each step but the last of a roll is to
// predict the keys of the next one: Numbers are the keys of a step, Values those of the
// next. It is an error if there are no rolls, or if rows or maxSteps is not positive.
func NewRolls(rolls []format.Roll, rows, maxSteps int) (*Sequences, error) {
	return newSequences(len(rolls), played{rollNumbers(rolls)}, rows, maxSteps)
}

// NewRollEnds returns Sequences of B = rows over the last maxSteps steps of rolls, without
// targets, to predict what comes after them.
func NewRollEnds(rolls []format.Roll, rows, maxSteps int) (*Sequences, error) {
	return newSequences(len(rolls), ending{rollNumbers(rolls)}, rows, maxSteps)
}

func rollNumbers(rolls []format.Roll) numbers {
	x := numbers{values: make([][]float64, len(rolls)), width: format.Keys}
	for i, r := range rolls {
		x.values[i] = r.Numbers()
	}
	return x
}

// played are rolls with the next step as the target of each step.
type played struct{ numbers }

func (x played) length(i int) int { return max(x.numbers.length(i)-1, 0) }

func (played) whole() bool { return false }

func (x played) pad(b *Batch, steps, rows int) {
	x.numbers.pad(b, steps, rows, steps*rows)
	b.Values = zeros(b.Values, steps*rows*x.width)
}

func (x played) put(b *Batch, row int, p piece) {
	x.numbers.put(b, row, p)
	for t := range p.to - p.from {
		at := t*b.Rows + row
		b.Weights[at] = 1
		copy(b.Values[at*x.width:(at+1)*x.width], x.values[p.sequence][(p.from+t+1)*x.width:])
	}
}

// ending are rolls without targets.
type ending struct{ numbers }

func (ending) whole() bool { return true }

func (x ending) pad(b *Batch, steps, rows int) { played(x).pad(b, steps, rows) }
