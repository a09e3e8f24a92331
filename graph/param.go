package graph

import (
	"fmt"

	"github.com/pkg/errors"
)

// A Param is a named matrix of numbers that a model learns. It belongs to no
// graph: each graph that uses it reads, and each solver step writes, the same
// memory.
//
// A Param is not safe for use while a solver changes it.
type Param struct {
	name       string
	rows, cols int
	dtype      Dtype
	values     values
}

// NewParam returns a Param of zeros in float32. It panics if a size is not
// positive.
func NewParam(name string, rows, cols int) *Param {
	if rows <= 0 || cols <= 0 {
		panic(fmt.Sprintf("graph: NewParam %q of shape (%d, %d)", name, rows, cols))
	}
	return &Param{name: name, rows: rows, cols: cols, values: newValues(Float32, rows*cols)}
}

// Name returns the name, which is unique within a model.
func (p *Param) Name() string { return p.name }

// Shape returns the numbers of rows and columns.
func (p *Param) Shape() (rows, cols int) { return p.rows, p.cols }

// Size returns the number of elements.
func (p *Param) Size() int { return p.rows * p.cols }

// Dtype returns the number format.
func (p *Param) Dtype() Dtype { return p.dtype }

// At returns the element in row i and column j.
func (p *Param) At(i, j int) float64 { return p.values.at(i*p.cols + j) }

// Set rounds x to the Param's format and stores it in row i and column j.
func (p *Param) Set(i, j int, x float64) { p.values.set(i*p.cols+j, x) }

// Floats returns a copy of the elements, row by row. Either format fits a float64
// exactly.
func (p *Param) Floats() []float64 { return p.values.floats() }

// SetFloats rounds x, row by row, to the Param's format and stores it. It is an
// error if the number of elements differs.
func (p *Param) SetFloats(x []float64) error {
	if len(x) != p.Size() {
		return errors.Errorf("graph: %d values for parameter %q of shape (%d, %d)", len(x), p.name, p.rows, p.cols)
	}
	p.values.copyFrom(x)
	return nil
}

// Fill sets every element, row by row, to what next returns.
func (p *Param) Fill(next func() float64) {
	for i := range p.Size() {
		p.values.set(i, next())
	}
}

// Float32s returns the elements themselves, row by row, or nil if the Param is
// not of float32: what is written to the slice is what the graphs read.
func (p *Param) Float32s() []float32 { return p.values.f32 }

// Float64s is Float32s for a Param of float64.
func (p *Param) Float64s() []float64 { return p.values.f64 }

// Convert changes the number format of parameters, rounding where the new one is
// shorter. Programs that were compiled before keep the old memory, so a model is
// converted before it is used.
func Convert(d Dtype, params ...*Param) {
	for _, p := range params {
		if p.dtype == d {
			continue
		}
		x := p.Floats()
		p.dtype, p.values = d, newValues(d, len(x))
		p.values.copyFrom(x)
	}
}

// Count returns the number of elements of all parameters.
func Count(params []*Param) int {
	n := 0
	for _, p := range params {
		n += p.Size()
	}
	return n
}
