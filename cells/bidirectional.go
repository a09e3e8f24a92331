package cells

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph"
)

// A Merge says how the outputs of the two directions of a Bidirectional become one.
type Merge string

// The merges, by Keras's names. All but Concat need directions of equal width.
const (
	Concat  Merge = "concat" // side by side, forward first; the default
	Sum     Merge = "sum"
	Product Merge = "mul"
	Average Merge = "ave"
)

// A Bidirectional layer reads a sequence in both directions (Schuster and Paliwal 1997) and
// merges the outputs of the directions in each step. Its state is those of Forward, named 0/h
// and so on, and Backward, named 1/h and so on; the output at the end, which reads the whole
// sequence, is the last of both directions, merged.
type Bidirectional struct {
	Forward, Backward Cell
	Merge             Merge // Concat if empty
}

var _ Layer = Bidirectional{}

// directions returns the layers.
func (d Bidirectional) directions() []Layer { return []Layer{Forward{d.Forward}, Backward{d.Backward}} }

// Over runs both directions and merges their outputs.
func (d Bidirectional) Over(b *graph.Builder, inputs, masks []*graph.Node, start State) ([]*graph.Node, State) {
	if len(start.Layers) != 2 {
		b.Fail(fmt.Errorf("cells: Bidirectional with a state of %d layers", len(start.Layers)))
		return nil, start
	}
	ys, forward := overLayer(b, 0, Forward{d.Forward}, inputs, masks, start)
	zs, backward := overLayer(b, 1, Backward{d.Backward}, inputs, masks, start)
	if b.Err() != nil {
		return nil, start
	}
	outputs := make([]*graph.Node, len(inputs))
	for t := range outputs {
		outputs[t] = d.merge(b, ys[t], zs[t])
	}
	return outputs, State{
		Layers: []State{forward, backward},
		Out:    d.merge(b, forward.Output(), backward.Output()),
	}
}

func (d Bidirectional) merge(b *graph.Builder, y, z *graph.Node) *graph.Node {
	switch d.Merge {
	case Concat, "":
		return b.ConcatColumns(y, z)
	case Sum:
		return b.Add(y, z)
	case Product:
		return b.Mul(y, z)
	case Average:
		return b.Affine(b.Add(y, z), 0.5, 0)
	}
	b.Fail(fmt.Errorf("cells: no merge %q; the merges are %s, %s, %s, %s", d.Merge, Concat, Sum, Product, Average))
	return nil
}

// Begin returns a state of the memories of both directions.
func (d Bidirectional) Begin(node func(name string, width int) *graph.Node) State {
	return beginLayers(node, d.directions()...)
}

// Params returns the parameters of Forward and then of Backward.
func (d Bidirectional) Params() []*graph.Param { return allParams(d.directions()...) }

// Gates returns the gates of Forward and then of Backward.
func (d Bidirectional) Gates() []Gate { return allGates(d.directions()...) }

func (d Bidirectional) parts() []Stateful { return statefuls(d.directions()...) }
