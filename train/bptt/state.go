package bptt

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// A State is the values of the nodes of a state, by name, row by row.
type State map[string][]float64

// first returns the program that runs the first block, which holds the state that the next
// sequence starts from.
func (b *Blocks) first() *graph.Program {
	if b.advance != nil {
		return b.advance
	}
	return b.whole
}

// State returns a copy of the state that the next sequence starts from, or nil if each starts from
// zeros. Either number format fits a float64 exactly.
func (b *Blocks) State() State {
	if len(b.memories) == 0 || b.fresh {
		return nil
	}
	return b.start()
}

func (b *Blocks) start() State {
	s := State{}
	for _, m := range b.memories {
		s[m.name] = b.first().InputFloats(startName + m.name)
	}
	return s
}

// SetState sets the state that the next sequence starts from. It is an error, and nothing is
// changed, if it is not one that State returns for as many rows.
func (b *Blocks) SetState(s State) error {
	for _, m := range b.memories {
		if got := len(s[m.name]); got != m.size {
			return errors.Errorf("bptt: the state has %d numbers of %q and sequences of this size need %d; let those that follow each other have equally many rows, or start afresh", got, m.name, m.size)
		}
	}
	return b.write(b.first(), startName, s)
}

// Reset makes the next sequence start from zeros.
func (b *Blocks) Reset() error { return b.write(b.first(), startName, nil) }

// hand makes the state after a block the one that another starts from.
func (b *Blocks) hand(from, to *graph.Program) error {
	for _, m := range b.memories {
		end, start := endName+m.name, startName+m.name
		var err error
		if from == to {
			err = to.Feed(end, start)
		} else {
			err = to.SetFloats(start, from.Floats(end))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// write sets inputs to the values of a state. An empty state is zeros.
func (b *Blocks) write(p *graph.Program, prefix string, s State) error {
	for _, m := range b.memories {
		var err error
		if len(s) == 0 {
			err = p.Clear(prefix + m.name)
		} else {
			err = p.SetFloats(prefix+m.name, s[m.name])
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
	for _, m := range b.memories {
		s[m.name] = p.Floats(prefix + m.name)
	}
	return s
}
