package weights

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A Module is a [cells.Cell] or a [cells.Layer], of which [cells.Stack] and [cells.Layers]
// are several on top of one another.
type Module interface {
	Params() []*graph.Param
}

// layersOf returns the layers of a module, the first layer first.
func layersOf(m Module) []Module {
	var layers []Module
	switch m := m.(type) {
	case cells.Stack:
		for _, cell := range m {
			layers = append(layers, cell)
		}
	case cells.Layers:
		for _, layer := range m {
			layers = append(layers, layer)
		}
	default:
		layers = append(layers, m)
	}
	return layers
}

// checkGates returns an error if a gate of the cell has no recurrent weights or no bias: the
// layouts have a place for both.
func checkGates(cell Module) error {
	gated, ok := cell.(cells.Gated)
	if !ok {
		return nil
	}
	for _, g := range gated.Gates() {
		if g.U == nil || g.B == nil {
			return errors.Errorf("weights: gate %s of a %T has no U or no b; give it one of zeros", g.Letter(), cell)
		}
	}
	return nil
}

// Own returns the parameters of a module under their own names and in their own shapes: the
// layout of cells that no framework has.
func Own(m Module) []Tensor {
	var tensors []Tensor
	for _, p := range m.Params() {
		tensors = append(tensors, sideBySide(p.Name(), p))
	}
	return tensors
}
