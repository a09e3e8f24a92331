// Package cells defines recurrent cells, functions that take one time step's input
// and the state of the step before and return the new state, and what makes a model
// of them: stacks, unrolling over time in one direction or both, dropout in its forms,
// zoneout, embeddings, pools and dense layers.
//
// Shapes are written with B the batch size, T the number of time steps, I the input
// size, H the hidden size, E the embedding size and V the vocabulary size. Matrices
// hold one example per row, so a layer computes x·W, not W·x.
//
// Each cell is a type whose doc comment has its equations, in which σ is the logistic
// function, ⊙ the elementwise product, and x′ the value of x after the step.
package cells

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph"
)

// A Cell is one step of a recurrence. It holds parameters, and no state.
type Cell interface {
	// Begin returns a state to start from. It calls node once for each memory of the
	// state with its name, such as "h", and its width.
	Begin(node func(name string, width int) *graph.Node) State

	// Step adds one time step to the graph: from the input x, of shape (B, I), and
	// the state of the step before it computes the new state, which has the same
	// memories and whose Output is the cell's. Gates and memories are b.Named where they
	// are computed. A shape that does not fit is reported by b.Err.
	Step(b *graph.Builder, x *graph.Node, prev State) State

	// Params returns the parameters in a fixed order.
	Params() []*graph.Param
}

// Unroll steps a cell over a sequence, T inputs of shape (B, I), from the state start
// and returns the output of every step and the state after the last.
//
// Sequences in a batch may end at different times: masks, if not nil, holds for each
// step a column, of shape (B, 1), that is 1 in the rows that have not ended and 0 in
// those that have. A row that has ended keeps its state, and its output is repeated:
//
//	h_t ← m_t ⊙ h_t + (1 − m_t) ⊙ h_{t−1},  likewise every other memory
//
// What the inputs hold there, any finite numbers, has no influence and no gradient. A row
// that is masked from the start, a sequence of length 0, ends in the state start.
//
// Who watches the memories of a row that has ended sees the values that it keeps. The gradient
// with respect to what is watched is zero there, and a Control changes nothing: what is kept is
// not computed anew.
func Unroll(b *graph.Builder, cell Cell, inputs, masks []*graph.Node, start State) (outputs []*graph.Node, end State) {
	if masks != nil && len(masks) != len(inputs) {
		b.Fail(fmt.Errorf("cells: Unroll with %d masks for %d steps", len(masks), len(inputs)))
	}
	state := start
	for t, x := range inputs {
		if b.Err() != nil {
			return nil, start
		}
		if masks == nil {
			state = step(b, cell, x, state)
		} else {
			state = stepRows(b, cell, x, masks[t], state)
		}
		outputs = append(outputs, state.Output())
	}
	return outputs, state
}
