package task

import (
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/train"
)

// random is the masks of a graph. They are nil where nothing is random.
type random struct {
	steps *cells.Masks // of each step: dropout of what layers read, zoneout
	whole *cells.Masks // of all steps: recurrent dropout
	head  *cells.Masks // of what the head reads, every step or, once, the last
}

// newRandom returns what is random in a graph of the model.
func newRandom(g *train.Graph, m *Model) random {
	if c := m.Config; c.Dropout == 0 && c.RecurrentDropout == 0 && c.Zoneout == 0 {
		return random{}
	}
	return random{
		steps: g.Stream("step ", true),
		whole: g.Stream("sequence ", false),
		head:  g.Stream("head ", m.Task().Reading() != LastStep),
	}
}
