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

// A Recurrence is what is run over a sequence. Its functions add so many steps to a graph.
type Recurrence struct {
	// Loss adds steps and returns their loss, a scalar. It declares the inputs. The loss of a
	// sequence is the sum of those of its blocks.
	Loss func(g *Graph, steps int) *graph.Node

	// Advance adds steps without their loss, for the state after them. It is for sequences of
	// several blocks whose gradients are exact.
	Advance func(g *Graph, steps int)
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
	passes      []Pass
	frozen      bool // by Freeze

	// Of the sequence that runs.
	sum            graph.Gradients
	starts         []State // of the blocks but the last
	cotangent, end State   // of the block that ran before; of the sequence
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
	if rest := steps % b.block; rest > 0 {
		if b.rest, err = b.compileLoss(rest); err != nil {
			return nil, err
		}
	}
	if b.exact() {
		if b.advance, err = b.compileAdvance(); err != nil {
			return nil, err
		}
	}
	b.plan()
	return b, nil
}

// exact tells whether gradients flow between blocks, which takes two passes.
func (b *Blocks) exact() bool { return b.count > 1 && !b.settings.Truncate && !b.settings.LossOnly }

// Program returns the program whose ValueGrads are, after the last pass, the gradients of the whole
// sequence, and whose outputs are those of the block that ran last.
func (b *Blocks) Program() *graph.Program { return b.passes[len(b.passes)-1].Program }

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
