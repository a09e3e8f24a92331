package format

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// The keys of a piano, as MIDI numbers.
const (
	LowestKey  = 21
	HighestKey = 108
	Keys       = HighestKey - LowestKey + 1
)

// Rolls are the pieces of a file, in its parts.
type Rolls struct {
	Train, Valid, Test []Roll
}

// A Roll is a piece of music: for each time step the keys that sound.
type Roll [][]int

// ReadRolls reads pieces from a JSON file, plain or compressed by gzip, as those of the
// JSB chorales: an object with lists of pieces called train, valid and test, or one list,
// which is then the training part. A piece is a list of steps, a step a list of MIDI
// numbers.
//
// It is an *Error if the file cannot be read, is not such JSON, or holds no pieces, or if
// a number is none of a piano's keys.
func ReadRolls(path string) (Rolls, error) {
	rolls, _, err := OpenRolls(path)
	return rolls, err
}

// OpenRolls returns the pieces of a file as ReadRolls does, and how it was read.
func OpenRolls(path string) (Rolls, *Reading, error) {
	content, err := openFile(path, 0)
	if err != nil {
		return Rolls{}, nil, err
	}
	rolls, err := readRolls(path, content)
	if err != nil {
		return Rolls{}, nil, err
	}
	r := &Reading{File: path, what: "piece"}
	var lengths []int
	for _, part := range []struct {
		name  string
		rolls []Roll
	}{{"train", rolls.Train}, {"valid", rolls.Valid}, {"test", rolls.Test}} {
		r.Rows += len(part.rolls)
		if len(part.rolls) > 0 {
			r.set(part.name, strconv.Itoa(len(part.rolls)), false, "")
		}
		for _, roll := range part.rolls {
			lengths = append(lengths, len(roll))
		}
	}
	r.Lengths = lengthsOf(lengths, "steps")
	return rolls, r, nil
}

// RollsFromBytes returns the pieces of content that is in memory, under the same rules as
// ReadRolls. Errors go by name.
func RollsFromBytes(name string, content []byte) (Rolls, error) {
	return readRolls(name, asString(content))
}

func readRolls(file, content string) (parts Rolls, err error) {
	if content, err = decode(file, content); err != nil {
		return parts, err
	}
	var into any = &parts
	if strings.HasPrefix(strings.TrimSpace(content), "[") {
		into = &parts.Train
	}
	decoder := json.NewDecoder(strings.NewReader(content))
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
