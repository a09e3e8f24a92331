package bptt

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// Run computes the loss of a sequence of so many steps, and its gradients, from the state
// that the sequence starts from.
func (b *Blocks) Run(steps int) (loss float64, err error) {
	if steps < 1 {
		return 0, errors.Errorf("bptt: a sequence of %d steps", steps)
	}
	b.sum.Clear() // of a sequence that failed
	if !b.frozen {
		b.freeze()
	}
	blocks := (steps + b.settings.Block - 1) / b.settings.Block
	if b.single() {
		loss, err = b.onePass(steps, blocks)
	} else {
		loss, err = b.exact(steps, blocks)
	}
	if err != nil || blocks == 1 || b.settings.LossOnly {
		return loss, err
	}
	return loss, b.sum.MoveTo(b.last)
}

// exact runs the blocks forward and then in reverse.
func (b *Blocks) exact(steps, blocks int) (loss float64, err error) {
	starts, err := b.starts(blocks)
	if err != nil {
		return 0, err
	}
	cotangent := State{} // nothing follows the last block
	for k := blocks - 1; k >= 0; k-- {
		p, nats, err := b.block(k, steps, starts[k], cotangent)
		if err != nil {
			return 0, err
		}
		loss += nats
		if k == blocks-1 {
			b.end = b.read(p, endName)
		}
		if blocks == 1 {
			break
		}
		cotangent = b.read(p, gradientName)
		if err := b.sum.Add(p); err != nil {
			return 0, err
		}
	}
	return loss, nil
}

// starts returns the states that the blocks start from.
func (b *Blocks) starts(blocks int) ([]State, error) {
	starts := []State{b.start}
	for k := range blocks - 1 {
		p, err := b.forwardProgram()
		if err != nil {
			return nil, err
		}
		if err := b.recurrence.SetInputs(p, k*b.settings.Block, (k+1)*b.settings.Block); err != nil {
			return nil, err
		}
		if err := b.write(p, startName, starts[k]); err != nil {
			return nil, err
		}
		if err := p.Run(); err != nil {
			return nil, err
		}
		starts = append(starts, b.read(p, endName))
	}
	return starts, nil
}

// onePass runs the blocks forward, each with its gradients if there are any.
func (b *Blocks) onePass(steps, blocks int) (loss float64, err error) {
	state := b.start
	for k := range blocks {
		p, nats, err := b.block(k, steps, state, nil)
		if err != nil {
			return 0, err
		}
		loss += nats
		state = b.read(p, endName)
		if blocks == 1 || b.settings.LossOnly {
			continue
		}
		if err := b.sum.Add(p); err != nil {
			return 0, err
		}
	}
	b.end = state
	return loss, nil
}

// block runs block k of a sequence with its gradients.
func (b *Blocks) block(k, steps int, start, cotangent State) (*graph.Program, float64, error) {
	from := k * b.settings.Block
	to := min(from+b.settings.Block, steps)
	p, err := b.backwardProgram(to - from)
	if err != nil {
		return nil, 0, err
	}
	b.last = p
	if err := b.recurrence.SetInputs(p, from, to); err != nil {
		return nil, 0, err
	}
	if err := b.recurrence.SetTargets(p, from, to); err != nil {
		return nil, 0, err
	}
	if err := b.write(p, startName, start); err != nil {
		return nil, 0, err
	}
	if cotangent != nil {
		if err := b.write(p, cotangentName, cotangent); err != nil {
			return nil, 0, err
		}
	}
	if err := p.Run(); err != nil {
		return nil, 0, err
	}
	if b.recurrence.Ran != nil {
		b.recurrence.Ran(p, from, to)
	}
	return p, p.Scalar(lossName), nil
}

// write sets inputs to the values of a state. An empty state is zeros.
func (b *Blocks) write(p *graph.Program, prefix string, s State) error {
	for _, name := range b.names {
		var err error
		if len(s) == 0 {
			err = p.Clear(prefix + name)
		} else {
			err = p.SetFloats(prefix+name, s[name])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read returns the values of outputs.
func (b *Blocks) read(p *graph.Program, prefix string) State {
	s := State{}
	for _, name := range b.names {
		s[name] = p.Floats(prefix + name)
	}
	return s
}
