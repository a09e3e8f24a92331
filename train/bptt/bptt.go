// Package bptt is backpropagation through time over sequences of any length, with graphs
// of bounded size.
//
// A sequence of T steps is cut into blocks of K. One that is no longer than a block is an
// ordinary program: a graph that minimises the loss. The gradient of a longer one is exact as
// well: the graph of a block minimises
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
	"github.com/seed-222a112c/lstm/graph"
)

// A Recurrence is what is run over a sequence. Its functions get steps from up to but not
// including to of the sequence, or how many there are where a graph is built.
type Recurrence struct {
	// Loss adds steps to a graph and returns their loss, a scalar. It declares the inputs.
	// The loss of a sequence is the sum of those of its blocks.
	Loss func(g *Graph, steps int) *graph.Node

	// Set sets the inputs that Loss declared.
	Set func(p *graph.Program, from, to int) error

	// Advance adds steps to a graph without their loss, for the state after them, and
	// SetInputs sets the inputs that it declared. They are for sequences of several blocks
	// whose gradients are exact.
	Advance   func(g *Graph, steps int)
	SetInputs func(p *graph.Program, from, to int) error

	// Ran, if not nil, is told that the loss of steps and its gradient have been computed,
	// and may read what Loss made an output.
	Ran func(p *graph.Program, from, to int)
}

// Settings say how a sequence is cut.
type Settings struct {
	Block    int            // K, the most steps of a graph; 0 for no limit
	Truncate bool           // let no gradient flow from block to block
	LossOnly bool           // compute no gradients
	Frozen   []*graph.Param // get no gradient
	Graph    graph.Settings
}

// Blocks run a Recurrence over sequences of one length, each from the state that the one before
// left. They are for one goroutine at a time.
type Blocks struct {
	recurrence  Recurrence
	settings    Settings
	steps       int      // T
	block       int      // K, at most T
	count       int      // of blocks
	memories    []memory // of the state
	fresh       bool     // each sequence starts from zeros
	whole, rest *graph.Program
	advance     *graph.Program // what runs the pass forward, if there is one
	last        *graph.Program // which has the gradients
	frozen      bool           // by Freeze
	sum         graph.Gradients
}

// Compile compiles what runs sequences of so many steps. The first one starts from zeros.
func Compile(r Recurrence, steps int, s Settings) (*Blocks, error) {
	if steps < 1 || s.Block < 0 {
		return nil, errors.Errorf("bptt: a sequence of %d steps in blocks of %d, want 1 step or more, and blocks of 1 or more or 0 for no limit", steps, s.Block)
	}
	b := &Blocks{recurrence: r, settings: s, steps: steps, block: steps}
	if s.Block > 0 {
		b.block = min(steps, s.Block)
	}
	b.count = (steps + b.block - 1) / b.block
	var err error
	if b.whole, err = b.compileLoss(b.block); err != nil {
		return nil, err
	}
	b.last = b.whole
	if rest := steps % b.block; rest > 0 {
		if b.rest, err = b.compileLoss(rest); err != nil {
			return nil, err
		}
	}
	if b.exact() {
		b.advance, err = b.compileAdvance()
	}
	return b, err
}

// exact tells whether gradients flow between blocks, which takes two passes.
func (b *Blocks) exact() bool { return b.count > 1 && !b.settings.Truncate && !b.settings.LossOnly }

// of returns the program of block k, and the steps of the sequence that it runs.
func (b *Blocks) of(k int) (p *graph.Program, from, to int) {
	from = k * b.block
	if to = from + b.block; to > b.steps {
		return b.rest, from, b.steps
	}
	return b.whole, from, to
}

// Program returns the program whose ValueGrads are, after Run, the gradients of the whole
// sequence, and whose outputs are those of the block that ran last.
func (b *Blocks) Program() *graph.Program { return b.last }

// Freeze says that no parameter changes until the next call of Freeze. Without it, none changes
// while Run runs.
func (b *Blocks) Freeze() {
	b.frozen = true
	b.freeze()
}

// freeze makes the programs derive anew what they derive from parameters, once.
func (b *Blocks) freeze() {
	for _, p := range b.programs() {
		p.Freeze()
	}
}

// Close releases the programs.
func (b *Blocks) Close() error {
	var first error
	for _, p := range b.programs() {
		if err := p.Close(); first == nil {
			first = err
		}
	}
	return first
}

// programs returns those that there are.
func (b *Blocks) programs() []*graph.Program {
	var all []*graph.Program
	for _, p := range []*graph.Program{b.whole, b.rest, b.advance} {
		if p != nil {
			all = append(all, p)
		}
	}
	return all
}
