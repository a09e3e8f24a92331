package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pkg/errors"
)

// The keys of a piano, as MIDI numbers.
const (
	LowestKey  = 21
	HighestKey = 108
	Keys       = HighestKey - LowestKey + 1
)

// A Roll is a piece of music: for each time step the keys that sound.
type Roll [][]int

// ReadRolls reads pieces from a JSON file, plain or compressed by gzip, as those of the
// JSB chorales: an object with lists of pieces called train, valid and test, or one list,
// which is then the training part. A piece is a list of steps, a step a list of MIDI
// numbers.
//
// It is an *Error if the file cannot be read, is not such JSON, or holds no pieces, or if
// a number is none of a piano's keys.
func ReadRolls(path string) (Parts[Roll], error) {
	content, err := readFile(path)
	if err != nil {
		return Parts[Roll]{}, err
	}
	return readRolls(path, content)
}

// RollsFromBytes returns the pieces of content that is in memory, under the same rules as
// ReadRolls. Errors go by name.
func RollsFromBytes(name string, content []byte) (Parts[Roll], error) {
	return readRolls(name, string(content))
}

func readRolls(file, content string) (parts Parts[Roll], err error) {
	if content, err = readable(file, content); err != nil {
		return parts, err
	}
	var into any = &parts
	if strings.HasPrefix(strings.TrimSpace(content), "[") {
		into = &parts.Train
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(content)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return parts, rollError(file, content, err)
	}
	if decoder.More() {
		return parts, &Error{File: file, Line: lineAt(content, int(decoder.InputOffset())), Problem: "there is more after the JSON value"}
	}
	if len(parts.Train)+len(parts.Valid)+len(parts.Test) == 0 {
		return parts, &Error{File: file, Problem: "holds no pieces"}
	}
	for _, p := range []struct {
		name  string
		rolls []Roll
	}{{"train", parts.Train}, {"valid", parts.Valid}, {"test", parts.Test}} {
		for i, roll := range p.rolls {
			if problem := roll.check(); problem != nil {
				problem.File, problem.What = file, fmt.Sprintf("%s piece %d, %s", p.name, i+1, problem.What)
				return parts, problem
			}
		}
	}
	return parts, nil
}

func rollError(file, content string, err error) error {
	e := &Error{File: file, Problem: "is not JSON of pieces, steps and MIDI numbers: " + err.Error(), Err: err}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		e.Line = lineAt(content, min(int(syntax.Offset), len(content)))
	case errors.As(err, &kind):
		e.Line = lineAt(content, min(int(kind.Offset), len(content)))
	}
	return e
}

func (r Roll) check() *Error {
	for t, step := range r {
		for _, key := range step {
			if key < LowestKey || key > HighestKey {
				return &Error{What: fmt.Sprintf("step %d:", t+1), Value: fmt.Sprint(key),
					Problem: fmt.Sprintf("is no key of a piano, whose MIDI numbers are %d to %d", LowestKey, HighestKey)}
			}
		}
	}
	return nil
}

// Numbers returns the roll as rows of Keys numbers, 1 where a key sounds.
func (r Roll) Numbers() []float64 {
	x := make([]float64, len(r)*Keys)
	for t, step := range r {
		for _, key := range step {
			x[t*Keys+key-LowestKey] = 1
		}
	}
	return x
}

// NewRolls returns Sequences of B = rows in which each step but the last of a roll is to
// predict the keys of the next one: Numbers are the keys of a step, Values those of the
// next. It is an error if there are no rolls, or if rows or maxSteps is not positive.
func NewRolls(rolls []Roll, rows, maxSteps int) (*Sequences, error) {
	return newSequences(len(rolls), played{rollNumbers(rolls)}, rows, maxSteps)
}

// NewRollEnds returns Sequences of B = rows over the last maxSteps steps of rolls, without
// targets, to predict what comes after them.
func NewRollEnds(rolls []Roll, rows, maxSteps int) (*Sequences, error) {
	return newSequences(len(rolls), ending{rollNumbers(rolls)}, rows, maxSteps)
}

func rollNumbers(rolls []Roll) numbers {
	x := numbers{values: make([][]float64, len(rolls)), width: Keys}
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
