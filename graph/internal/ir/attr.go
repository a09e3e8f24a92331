package ir

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// An Attr is what determines an operation besides its operands, of a type for each kind.
type Attr interface {
	// Append appends the attribute's text, which is the same for equal attributes only.
	Append(b []byte) []byte
	// Parse returns the attribute of the same type that has this text.
	Parse(text string) (Attr, error)
}

// A Number is the value of a [Constant].
type Number float64

// A Linear is the coefficients of an [Affine].
type Linear struct{ Scale, Shift float64 }

// Bounds are those of a [Clamp] or [Within].
type Bounds struct{ Low, High float64 }

// A Range is some of the rows or columns of an operand, or of the numbers of a [Lookup].
type Range struct{ From, Size int }

// A Pad says that a [PadRows] or [PadColumns] has Size rows or columns, and its operand is
// those from From on.
type Pad struct{ From, Size int }

// Rows is how many a [Scatter] has.
type Rows int

// A Shape is that of a [Reshape].
type Shape struct{ Rows, Cols int }

// An Epsilon is what a [LayerNorm] adds to the variance.
type Epsilon float64

// A Start says how a [Sum] of products begins. In place, it is written over its only
// operand.
type Start struct{ InPlace bool }

// A Kind of leaf.
type Kind string

// The kinds of leaves.
const (
	Input Kind = "input"
	Param Kind = "param" // it does not change while a program is frozen
	Index Kind = "index" // whole numbers
)

// A Memory is the attribute of a [Leaf].
type Memory struct {
	Kind       Kind
	Name       string
	Rows, Cols int
	Source     any // what the importer made it of
}

// A Foreign is the attribute of an [Opaque] operation.
type Foreign struct {
	Text       string
	Rows, Cols int
	Source     any // what runs it
}

func (a Number) Append(b []byte) []byte  { return appendFloats(b, float64(a)) }
func (a Epsilon) Append(b []byte) []byte { return appendFloats(b, float64(a)) }
func (a Linear) Append(b []byte) []byte  { return appendFloats(b, a.Scale, a.Shift) }
func (a Bounds) Append(b []byte) []byte  { return appendFloats(b, a.Low, a.High) }
func (a Range) Append(b []byte) []byte   { return appendInts(b, ":", a.From, a.From+a.Size) }
func (a Pad) Append(b []byte) []byte     { return appendInts(b, " of ", a.From, a.Size) }
func (a Rows) Append(b []byte) []byte    { return appendInts(b, "", int(a)) }
func (a Shape) Append(b []byte) []byte   { return appendInts(b, "x", a.Rows, a.Cols) }
func (a Start) Append(b []byte) []byte {
	return strconv.AppendBool(append(b, "in place "...), a.InPlace)
}

func (a Memory) Append(b []byte) []byte {
	return fmt.Appendf(b, "%s %dx%d %q", a.Kind, a.Rows, a.Cols, a.Name)
}

func (a Foreign) Append(b []byte) []byte { return fmt.Appendf(b, "%dx%d %q", a.Rows, a.Cols, a.Text) }

func (Number) Parse(text string) (Attr, error) {
	x, err := parseFloats(text, 1)
	return Number(x[0]), err
}

func (Epsilon) Parse(text string) (Attr, error) {
	x, err := parseFloats(text, 1)
	return Epsilon(x[0]), err
}

func (Linear) Parse(text string) (Attr, error) {
	x, err := parseFloats(text, 2)
	return Linear{x[0], x[1]}, err
}

func (Bounds) Parse(text string) (Attr, error) {
	x, err := parseFloats(text, 2)
	return Bounds{x[0], x[1]}, err
}

func (Range) Parse(text string) (Attr, error) {
	n, err := parseInts(text, ":", 2)
	return Range{n[0], n[1] - n[0]}, err
}

func (Pad) Parse(text string) (Attr, error) {
	n, err := parseInts(text, " of ", 2)
	return Pad{n[0], n[1]}, err
}

func (Rows) Parse(text string) (Attr, error) {
	n, err := parseInts(text, " ", 1)
	return Rows(n[0]), err
}

func (Shape) Parse(text string) (Attr, error) {
	n, err := parseInts(text, "x", 2)
	return Shape{n[0], n[1]}, err
}

func (Start) Parse(text string) (Attr, error) {
	switch text {
	case "in place true":
		return Start{InPlace: true}, nil
	case "in place false":
		return Start{}, nil
	}
	return Start{}, errors.Errorf("%q says not how a sum starts; want \"in place true\"", text)
}

func (Memory) Parse(text string) (Attr, error) {
	return Memory{}, errors.Errorf("%q is not how a leaf is written; want x = input 2x3", text)
}

func (Foreign) Parse(text string) (Attr, error) {
	var a Foreign
	if _, err := fmt.Sscanf(text, "%dx%d %q", &a.Rows, &a.Cols, &a.Text); err != nil {
		return a, errors.Errorf("%q is not a shape and a name; want 2x3 \"name\"", text)
	}
	return a, nil
}

func appendFloats(b []byte, xs ...float64) []byte {
	for i, x := range xs {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendFloat(b, x, 'g', -1, 64)
	}
	return b
}

func appendInts(b []byte, between string, xs ...int) []byte {
	for i, x := range xs {
		if i > 0 {
			b = append(b, between...)
		}
		b = strconv.AppendInt(b, int64(x), 10)
	}
	return b
}

// parseFloats returns n numbers, also in the case of an error.
func parseFloats(text string, n int) ([]float64, error) {
	xs := make([]float64, n)
	parts := strings.Split(text, ",")
	if len(parts) != n {
		return xs, errors.Errorf("%q has %d numbers, want %d", text, len(parts), n)
	}
	for i, part := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return xs, errors.Errorf("%q is not a number", part)
		}
		xs[i] = x
	}
	return xs, nil
}

// parseInts returns n numbers, also in the case of an error.
func parseInts(text, between string, n int) ([]int, error) {
	xs := make([]int, n)
	parts := strings.Split(text, between)
	if len(parts) != n {
		return xs, errors.Errorf("%q has %d whole numbers with %q between them, want %d", text, len(parts), between, n)
	}
	for i, part := range parts {
		x, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return xs, errors.Errorf("%q is not a whole number", part)
		}
		xs[i] = x
	}
	return xs, nil
}
