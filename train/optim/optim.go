// Package optim provides gorgonia.Solvers, wrappers of them, and schedules of the
// learning rate.
//
// A solver changes the weights of a model in place, given the gradients of its
// loss, and zeroes the gradients, which may then be accumulated anew: Gorgonia's
// machines add to the gradients of bound nodes, and rely on it; a graph.Program
// overwrites them. A solver knows parameters by their position, so a model lists them
// in the same order at every step. No two parameters may share the memory of a
// gradient, for the first that is updated would zero the gradient of the second.
//
// [New] makes a solver by its name. What is done around the steps of a solver is a
// solver too, which wraps it, and wrappers nest:
//
//	solver := optim.NewAdamW(optim.Settings{})
//	paced, err := optim.NewScheduled(solver, schedule)          // sets the learning rate
//	average := optim.NewAverage(paced, optim.AverageSettings{}) // averages the weights
//	clipped := optim.NewClipByGlobalNorm(average, 5)            // bounds the gradients
//	large := optim.NewAccumulate(clipped, 4)                    // of four batches
//
// [Find] finds one of them again, [Observe] tells them the loss of a validation, and the
// state of the outermost ([Stateful]) holds that of all.
//
// The arithmetic is that of the parameter's dtype, in package graph/update: the same
// gradients give the same bits, for any number of workers and on any processor.
//
// Solvers are not safe for concurrent use.
package optim

import (
	"fmt"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed-222a112c/lstm/graph/update"
)

// A Solver changes the parameters of a model, given their gradients.
type Solver = gorgonia.Solver

// A LearningRater is a solver whose learning rate can change between steps, as a
// schedule needs. Zero stops learning.
type LearningRater interface {
	LearningRate() float64 // of the next step
	SetLearningRate(rate float64)
}

// A Float is an element of a parameter.
type Float = update.Float

// operands returns the weights and the gradient of the parameter at position i,
// after checking that they can be updated element by element.
func operands(i int, p gorgonia.ValueGrad) (w, g *tensor.Dense, err error) {
	gradient, err := p.Grad()
	if err != nil {
		return nil, nil, errors.Wrapf(err, "optim: %s has no gradient", describe(i, p))
	}
	if w, err = dense(p.Value()); err != nil {
		return nil, nil, errors.WithMessagef(err, "optim: the value of %s", describe(i, p))
	}
	if g, err = dense(gradient); err != nil {
		return nil, nil, errors.WithMessagef(err, "optim: the gradient of %s", describe(i, p))
	}
	if w.Dtype() != g.Dtype() || !w.Shape().Eq(g.Shape()) {
		return nil, nil, errors.Errorf("optim: %s is %v of shape %v, its gradient %v of shape %v; expected the same",
			describe(i, p), w.Dtype(), w.Shape(), g.Dtype(), g.Shape())
	}
	return w, g, nil
}

// dense returns v if its elements are floats that lie row by row without gaps.
func dense(v gorgonia.Value) (*tensor.Dense, error) {
	d, ok := v.(*tensor.Dense)
	if !ok {
		return nil, errors.Errorf("is a %T, expected a *tensor.Dense", v)
	}
	if d.Dtype() != tensor.Float32 && d.Dtype() != tensor.Float64 {
		return nil, errors.Errorf("is of %v, expected float32 or float64", d.Dtype())
	}
	if d.RequiresIterator() || d.DataOrder().IsColMajor() {
		return nil, errors.Errorf("of shape %v has strides %v, expected contiguous rows; clone it", d.Shape(), d.Strides())
	}
	return d, nil
}

// floats returns the elements of d, which must be of type F.
func floats[F Float](d *tensor.Dense) []F {
	if d.Dtype() == tensor.Float32 {
		return any(d.Float32s()).([]F)
	}
	return any(d.Float64s()).([]F)
}

// describe names the parameter at position i in an error.
func describe(i int, p gorgonia.ValueGrad) string {
	if n, ok := p.(gorgonia.Namer); ok {
		return fmt.Sprintf("parameter %d (%s)", i, n.Name())
	}
	return fmt.Sprintf("parameter %d", i)
}
