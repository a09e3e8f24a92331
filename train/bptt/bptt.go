// Package bptt is backpropagation through time over sequences of any length, with graphs
// of bounded size.
//
// A sequence of T steps is cut into blocks of K. The gradient of its loss is exact: the
// graph of a block minimises
//
//	loss of the block + Σ end ⊙ cotangent
//
// where end is the state after the block and cotangent, an input, the gradient of all that
// follows with respect to that state. So a sequence takes a pass forward over its blocks,
// which keeps the state between each two, and a pass in reverse, in which each block's
// gradient with respect to its start is the cotangent of the block before. There is one
// graph, whatever T is; memory grows with T/K states and not with T steps, and the
// arithmetic by one more pass forward.
//
// Truncated, all cotangents are zero and a single pass is enough: state flows from block
// to block, and gradients do not (Williams and Peng 1990).
package bptt

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A Recurrence is what is run over a sequence. Its functions get steps from up to but not
// including to of the sequence, or how many there are where a graph is built.
type Recurrence struct {
	Cell cells.Stateful // whose state flows from step to step
	Rows int            // B

	// Unroll adds steps to a graph from a state, with inputs of its own.
	Unroll func(b *graph.Builder, steps int, start cells.State) (outputs []*graph.Node, end cells.State)

	// Loss adds the loss of steps that Unroll has added, a scalar, with targets of its own.
	// The loss of a sequence is the sum of those of its blocks.
	Loss func(b *graph.Builder, outputs []*graph.Node, end cells.State) *graph.Node

	SetInputs  func(p *graph.Program, from, to int) error // of Unroll
	SetTargets func(p *graph.Program, from, to int) error // of Loss

	// Ran, if not nil, is told that the loss of steps and its gradient have been computed,
	// and may read what Loss made an output.
	Ran func(p *graph.Program, from, to int)
}

// Settings say how a sequence is cut.
type Settings struct {
	Block    int            // K, the most steps of a graph
	Truncate bool           // let no gradient flow from block to block
	LossOnly bool           // compute no gradients
	Frozen   []*graph.Param // get no gradient
	Graph    graph.Settings
}

// A State is the values of the nodes of a state, by name, row by row.
type State map[string][]float64

// Blocks run a Recurrence. They are for one goroutine at a time.
type Blocks struct {
	recurrence Recurrence
	settings   Settings
	names      []string // of the nodes of the state
	forward    *graph.Program
	backward   map[int]*graph.Program // by steps
	last       *graph.Program         // which has the gradients
	frozen     bool                   // by Freeze
	sum        graph.Gradients
	start, end State
}

// New returns Blocks that start from zeros. It panics if the settings' Block or the
// recurrence's Rows is not positive. Graphs are compiled when they are needed.
func New(r Recurrence, s Settings) *Blocks {
	if s.Block < 1 || r.Rows < 1 {
		panic("bptt: New with blocks of no steps or no rows")
	}
	b := &Blocks{recurrence: r, settings: s, backward: map[int]*graph.Program{}, start: State{}}
	r.Cell.Begin(func(name string, width int) *graph.Node {
		b.names = append(b.names, name)
		b.start[name] = make([]float64, r.Rows*width)
		return nil
	})
	return b
}

// Start returns a copy of the state from which the next sequence starts: zeros at first,
// and what SetStart sets.
func (b *Blocks) Start() State { return b.start.clone() }

// SetStart sets the state from which sequences start. It is an error if it is not a state
// of the recurrence.
func (b *Blocks) SetStart(s State) error {
	for _, name := range b.names {
		if len(s[name]) != len(b.start[name]) {
			return errors.Errorf("bptt: state %q has %d numbers, want %d", name, len(s[name]), len(b.start[name]))
		}
	}
	b.start = s.clone()
	return nil
}

// Reset makes sequences start from zeros.
func (b *Blocks) Reset() {
	for _, x := range b.start {
		clear(x)
	}
}

// End returns the state after the last sequence, which a caller must not change.
func (b *Blocks) End() State { return b.end }

func (s State) clone() State {
	c := State{}
	for name, x := range s {
		c[name] = append([]float64(nil), x...)
	}
	return c
}

// Prepare compiles the programs for sequences of so many steps, which Run else does.
func (b *Blocks) Prepare(steps int) (err error) {
	first, rest := min(steps, b.settings.Block), steps%b.settings.Block
	if b.last, err = b.backwardProgram(first); err != nil {
		return err
	}
	if first < steps && !b.single() {
		if _, err := b.forwardProgram(); err != nil {
			return err
		}
	}
	if rest > 0 {
		_, err = b.backwardProgram(rest)
	}
	return err
}

// single tells whether one pass is enough.
func (b *Blocks) single() bool { return b.settings.Truncate || b.settings.LossOnly }

// Program returns the program whose ValueGrads are, after Run, the gradients of the whole
// sequence. It is nil before Prepare and Run.
func (b *Blocks) Program() *graph.Program { return b.last }

// Freeze says that no parameter changes until the next call of Freeze, for the programs
// that have been compiled. Without it, none changes while Run runs.
func (b *Blocks) Freeze() {
	b.frozen = true
	b.freeze()
}

// freeze makes the programs derive anew what they derive from parameters, once.
func (b *Blocks) freeze() {
	for _, p := range b.backward {
		p.Freeze()
	}
	if b.forward != nil {
		b.forward.Freeze()
	}
}

// Close releases the programs.
func (b *Blocks) Close() error {
	var first error
	for _, p := range b.backward {
		if err := p.Close(); first == nil {
			first = err
		}
	}
	if b.forward != nil {
		if err := b.forward.Close(); first == nil {
			first = err
		}
	}
	return first
}
