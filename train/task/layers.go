package task

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
)

// newLayers makes the cells, the first of which read inputs of a width, and returns the
// width of what the last layer puts out.
func (m *Model) newLayers(width int, rng *rand.Rand) (int, error) {
	c := m.Config
	for k := range c.Layers {
		name := fmt.Sprintf("%s/%d", c.Cell, k)
		cell, err := cells.New(c.Cell, name, width, c.Hidden, rng)
		if err != nil {
			return 0, err
		}
		m.Stack = append(m.Stack, cell)
		next := c.Hidden
		if c.Bidirectional {
			reverse, err := cells.New(c.Cell, name+"/reverse", width, c.Hidden, rng)
			if err != nil {
				return 0, err
			}
			m.Reverse = append(m.Reverse, reverse)
			next *= 2
		}
		width = next
	}
	return width, nil
}

// Recurrent returns the recurrent layers: a cells.Stack or, of a bidirectional model,
// cells.Layers.
func (m *Model) Recurrent() cells.Stateful {
	if m.Reverse == nil {
		return m.Stack
	}
	layers := make(cells.Layers, len(m.Stack))
	for k := range layers {
		layers[k] = cells.Bidirectional{Forward: m.Stack[k], Backward: m.Reverse[k]}
	}
	return layers
}

// layer returns the recurrent layers with what is random in training.
func (m *Model) layer(r random) cells.Layer {
	forward := m.wrapped(m.Stack, r, "forward")
	if m.Reverse == nil {
		for k, cell := range forward {
			forward[k] = cells.Dropout{Cell: cell, Rate: m.dropout(k), Masks: r.steps}
		}
		return cells.Forward{Cell: forward}
	}
	backward, layers := m.wrapped(m.Reverse, r, "backward"), cells.Layers{}
	for k := range forward {
		both := cells.Bidirectional{Forward: forward[k], Backward: backward[k]}
		layers = append(layers, cells.DropoutLayer{Layer: both, Rate: m.dropout(k), Masks: r.steps})
	}
	return layers
}

// wrapped returns cells with recurrent dropout and zoneout.
func (m *Model) wrapped(stack cells.Stack, r random, direction string) cells.Stack {
	zoneout := cells.Zoneout{Rates: cells.Rates(stack[0], m.Config.Zoneout), Masks: r.steps}
	var all cells.Stack
	for k, cell := range stack {
		zoneout.Cell = cells.Variational{
			Cell: cell, Name: fmt.Sprint(direction, k), Recurrent: m.Config.RecurrentDropout, Masks: r.whole,
		}
		all = append(all, zoneout)
	}
	return all
}

// dropout returns the rate for what layer k reads. Inputs that are numbers are not dropped.
func (m *Model) dropout(k int) float64 {
	if k == 0 && m.Embedding == nil {
		return 0
	}
	return m.Config.Dropout
}
