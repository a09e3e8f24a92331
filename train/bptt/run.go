package bptt

import "github.com/seed-222a112c/lstm/graph"

// A Pass is one run over a block. Its inputs are set, and then Run runs it.
type Pass struct {
	Program  *graph.Program
	From, To int  // the steps of the sequence
	Advance  bool // for the state after the block, without its loss

	index int // of the passes
	k     int // of the blocks
}

// Passes returns what takes a sequence to its loss and gradients, in the order in which it is to be
// run: one pass if there is one block. They are the same for every sequence.
func (b *Blocks) Passes() []Pass { return b.passes }

// plan sets the passes.
func (b *Blocks) plan() {
	add := func(k int, advance bool) {
		from := k * b.block
		p := Pass{Program: b.whole, From: from, To: min(from+b.block, b.steps), Advance: advance, index: len(b.passes), k: k}
		switch {
		case advance:
			p.Program = b.advance
		case p.To-from < b.block:
			p.Program = b.rest
		}
		b.passes = append(b.passes, p)
	}
	if !b.exact() {
		for k := range b.count {
			add(k, false)
		}
		return
	}
	for k := range b.count - 1 {
		add(k, true)
	}
	for k := b.count - 1; k >= 0; k-- {
		add(k, false)
	}
}

// Run runs a pass whose inputs are set and returns the loss of its block, 0 if it has none. After
// the last pass the gradients are those of the sequence. After an error the state is not known until
// SetState or Reset.
func (b *Blocks) Run(p Pass) (loss float64, err error) {
	if p.index == 0 {
		if err := b.begin(); err != nil {
			return 0, err
		}
	}
	switch {
	case p.Advance:
		return 0, b.runAdvance(p)
	case b.exact():
		loss, err = b.runReverse(p)
	default:
		loss, err = b.runForward(p)
	}
	if err != nil || b.count == 1 || b.settings.LossOnly {
		return loss, err
	}
	if err := b.sum.Add(p.Program); err != nil || p.index < len(b.passes)-1 {
		return loss, err
	}
	return loss, b.sum.MoveTo(p.Program)
}

// begin begins a sequence, with nothing left of one that failed.
func (b *Blocks) begin() error {
	b.sum.Clear()
	b.starts, b.cotangent, b.end = nil, nil, nil
	if !b.frozen && b.count > 1 {
		b.freeze()
	}
	if b.fresh {
		return b.Reset()
	}
	return nil
}

// runForward runs a block, with its gradients if there are any, and hands its end on.
func (b *Blocks) runForward(p Pass) (loss float64, err error) {
	if err := p.Program.Run(); err != nil {
		return 0, err
	}
	next := b.passes[(p.index+1)%len(b.passes)].Program
	return p.Program.Scalar("loss"), b.hand(p.Program, next)
}

// runAdvance runs a block for its end, and keeps the state that it starts from.
func (b *Blocks) runAdvance(p Pass) error {
	b.starts = append(b.starts, b.start())
	if err := p.Program.Run(); err != nil {
		return err
	}
	return b.hand(p.Program, p.Program)
}

// runReverse runs a block with its gradients and those of what follows.
func (b *Blocks) runReverse(p Pass) (loss float64, err error) {
	last := b.end == nil
	start := b.start() // of the last block
	if !last {
		start = b.starts[p.k]
	}
	if err := b.write(p.Program, startName, start); err != nil {
		return 0, err
	}
	if err := b.write(p.Program, cotangentName, b.cotangent); err != nil {
		return 0, err
	}
	if err := p.Program.Run(); err != nil {
		return 0, err
	}
	b.cotangent = b.read(p.Program, gradientName)
	if last {
		b.end = b.read(p.Program, endName)
	}
	if p.k == 0 {
		b.starts = nil
		err = b.write(b.advance, startName, b.end)
	}
	return p.Program.Scalar(lossName), err
}
