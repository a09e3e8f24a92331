package weights

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// A Tensor is a tensor of another framework and the parameters that it is made of.
//
// An element of the tensor that belongs to no parameter, such as a gate that a coupled
// cell does not have, is zero on the way out and ignored on the way in.
type Tensor struct {
	Name  string
	Shape []int

	parts []part
}

// A part is a parameter's place in a tensor: its element (i, j) is the tensor's element
// offset + i·down + j·right, counted in row-major order.
type part struct {
	param               *graph.Param
	offset, down, right int

	second  bool    // a bias that the framework adds to the first, which a part before this one holds
	runTime float64 // what the framework adds to the element when it runs
}

// each calls f for each element of the parameter with its number in the parameter and
// in the tensor.
func (p part) each(f func(own, place int)) {
	rows, cols := p.param.Shape()
	for i := range rows {
		for j := range cols {
			f(i*cols+j, p.offset+i*p.down+j*p.right)
		}
	}
}

// Size returns the number of elements.
func (t Tensor) Size() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Floats returns the tensor's elements in row-major order. A second bias is zero.
func (t Tensor) Floats() []float64 {
	x := make([]float64, t.Size())
	for _, p := range t.parts {
		if p.second {
			continue
		}
		v := p.param.Floats()
		p.each(func(own, place int) { x[place] = plus(v[own], -p.runTime) })
	}
	return x
}

// SetFloats stores the tensor's elements, in row-major order, in its parameters. A second
// bias is added to the first, which must have been set before. It is an error if the
// number of elements differs.
func (t Tensor) SetFloats(x []float64) error {
	if len(x) != t.Size() {
		return errors.Errorf("weights: %d values for tensor %q of shape %v, want %d", len(x), t.Name, t.Shape, t.Size())
	}
	for _, p := range t.parts {
		v := p.param.Floats()
		p.each(func(own, place int) {
			if p.second {
				v[own] = plus(v[own], x[place])
			} else {
				v[own] = plus(x[place], p.runTime)
			}
		})
		if err := p.param.SetFloats(v); err != nil {
			return err
		}
	}
	return nil
}

// Gradient returns the gradient with respect to the tensor's elements, in row-major
// order, given those with respect to the parameters: a function that returns them row by
// row, such as [graph.Program.Grad].
func (t Tensor) Gradient(of func(*graph.Param) []float64) []float64 {
	x := make([]float64, t.Size())
	for _, p := range t.parts {
		g := of(p.param)
		p.each(func(own, place int) { x[place] = g[own] })
	}
	return x
}

// plus returns x + y, and x itself, also a negative zero, if y is zero.
func plus(x, y float64) float64 {
	if y == 0 {
		return x
	}
	return x + y
}
