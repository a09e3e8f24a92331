// Package graph builds, differentiates, compiles and runs expression graphs whose
// parameters outlive them.
//
// A model is a function that adds nodes to a [Builder]:
//
//	w := graph.NewParam("w", 2, 1)
//	p, err := graph.Compile(func(b *graph.Builder) {
//		x, y := b.Input("x", 8, 2), b.Input("y", 8, 1)
//		b.Minimize(b.SquaredError(b.MatMul(x, b.Param(w)), y, b.Ones(8)))
//	}, graph.Settings{})
//
// The nodes are Gorgonia's, in a [gorgonia.ExprGraph]: [Compile] has Gorgonia
// differentiate the objective with respect to every parameter that the function
// used, and a TapeMachine runs the result. A [Program] is that machine with named
// inputs and outputs. Its parameters are the caller's: programs for training, for
// evaluation and for one step of generation, of any batch size, read and write the
// same numbers.
//
// Nodes are matrices, one example a row, but for losses, which are scalars, and
// indices, which are vectors of int. The first thing that goes wrong in a Builder
// sticks, and Compile reports it with the operation and its shapes, so equations
// are written without error handling.
//
// The engines compute the same to rounding, about 1e-12 in float64 and 1e-5 in float32, with
// one exception: the logistic function of [Reference], which is Gorgonia's, is exactly 1 for
// arguments above 19 in float64 and 15 in float32, where it is 6e-9 and 3e-7 less. Saturated
// gates differ by as much.
//
// Gorgonia has operations that are silently wrong; those that the builder offers
// are Gorgonia's where they are right and this module's own elsewhere. The tests
// named TestGorgonia state each trap that is avoided.
package graph

import (
	// Gorgonia's tensors refuse to start on a Go release newer than the one that
	// this module allows; requiring its newest version here spares every user an
	// environment variable.
	_ "go4.org/unsafe/assume-no-moving-gc"
)
