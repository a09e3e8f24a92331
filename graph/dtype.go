package graph

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/pages"
	"gorgonia.org/tensor"
)

// A Dtype is the number format of parameters and of a graph's arithmetic.
type Dtype uint8

// The formats. The zero value is Float32.
const (
	Float32 Dtype = iota
	Float64
)

func (d Dtype) String() string {
	switch d {
	case Float32:
		return "float32"
	case Float64:
		return "float64"
	}
	return fmt.Sprintf("Dtype(%d)", uint8(d))
}

func (d Dtype) tensor() tensor.Dtype {
	if d == Float64 {
		return tensor.Float64
	}
	return tensor.Float32
}

// newDense returns a tensor header over the slice of v that has d's format.
func newDense(d Dtype, v *values, shape ...int) *tensor.Dense {
	if d == Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v.f64))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v.f32))
}

// values are numbers in one of the two formats; the other slice is nil.
type values struct {
	f32 []float32
	f64 []float64
}

func newValues(d Dtype, n int) values {
	if d == Float64 {
		return values{f64: pages.Make[float64](n)}
	}
	return values{f32: pages.Make[float32](n)}
}

func (v *values) len() int { return len(v.f32) + len(v.f64) }

func (v *values) at(i int) float64 {
	if v.f64 != nil {
		return v.f64[i]
	}
	return float64(v.f32[i])
}

func (v *values) set(i int, x float64) {
	if v.f64 != nil {
		v.f64[i] = x
	} else {
		v.f32[i] = float32(x)
	}
}

// copyFrom rounds x to v's format; the lengths are equal.
func (v *values) copyFrom(x []float64) {
	for i, e := range x {
		v.set(i, e)
	}
}

// floats returns a copy as float64, which holds either format exactly.
func (v *values) floats() []float64 {
	x := make([]float64, v.len())
	for i := range x {
		x[i] = v.at(i)
	}
	return x
}
