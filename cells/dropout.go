package cells

import (
	"fmt"
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// A Dropout is a cell that drops elements of its input, other ones in each step: between the
// layers of a Stack, where each but the first is wrapped in it (Zaremba, Sutskever and Vinyals
// 2014).
type Dropout struct {
	Cell
	Rate  float64 // the probability of 0
	Masks *Masks  // nil for evaluation
}

// Step adds one time step to the graph and returns the new state.
func (d Dropout) Step(b *graph.Builder, x *graph.Node, prev State) State {
	return d.Cell.Step(b, d.Masks.Dropout(b, x, d.Rate), prev)
}

// Gates returns the cell's.
func (d Dropout) Gates() []Gate { return allGates(d.Cell) }

func (d Dropout) parts() []Stateful { return []Stateful{d.Cell} }

// A DropoutLayer is Dropout of what a layer reads: both directions of a Bidirectional, if it is
// one, read the same.
type DropoutLayer struct {
	Layer
	Rate  float64 // the probability of 0
	Masks *Masks  // nil for evaluation
}

// Over drops elements of the inputs and runs the layer on them.
func (d DropoutLayer) Over(b *graph.Builder, inputs, masks []*graph.Node, start State) ([]*graph.Node, State) {
	dropped := make([]*graph.Node, len(inputs))
	for t, x := range inputs {
		dropped[t] = d.Masks.Dropout(b, x, d.Rate)
	}
	return d.Layer.Over(b, dropped, masks, start)
}

// Gates returns the layer's.
func (d DropoutLayer) Gates() []Gate { return allGates(d.Layer) }

func (d DropoutLayer) parts() []Stateful { return []Stateful{d.Layer} }

// A HiddenMemory is a cell whose equations carry h on to the next step, as those of a GRU do. What
// embeds one is one too, unless it says otherwise.
type HiddenMemory interface {
	HiddenIsMemory() bool
}

// HiddenIsMemory tells whether a cell, or one that it is made of, is a HiddenMemory, so that
// dropping the h that its gates read would wipe its memory.
func HiddenIsMemory(of Stateful) bool {
	if m, ok := of.(HiddenMemory); ok {
		return m.HiddenIsMemory()
	}
	c, ok := of.(composite)
	return ok && slices.ContainsFunc(c.parts(), HiddenIsMemory)
}

// A Variational is a cell that drops the same elements of its input, and of the output of
// the step before that its gates read, in every step of a sequence (Gal and Ghahramani 2016).
// What it puts out is not dropped; see Masks.Sequence for that.
//
// A GRU also carries its output on to the next step, so that this would wipe its memory: for
// it, and for every other HiddenMemory, Recurrent must be 0.
type Variational struct {
	Cell
	Name             string  // unique among those with the same Masks
	Input, Recurrent float64 // probabilities of 0
	Masks            *Masks  // nil for evaluation
}

// Step adds one time step to the graph and returns the new state.
func (v Variational) Step(b *graph.Builder, x *graph.Node, prev State) State {
	x = v.Masks.Locked(b, v.Name+"/x", x, v.Input)
	if v.Recurrent != 0 {
		if HiddenIsMemory(v.Cell) {
			b.Fail(fmt.Errorf("cells: Variational with Recurrent = %g of a %T, whose h is its memory", v.Recurrent, v.Cell))
		}
		if prev.Hidden == nil {
			b.Fail(fmt.Errorf("cells: Variational with Recurrent = %g of a %T, which has no h", v.Recurrent, v.Cell))
		}
		prev.Hidden = v.Masks.Locked(b, v.Name+"/h", prev.Hidden, v.Recurrent)
	}
	return v.Cell.Step(b, x, prev)
}

// Gates returns the cell's.
func (v Variational) Gates() []Gate { return allGates(v.Cell) }

func (v Variational) parts() []Stateful { return []Stateful{v.Cell} }

var (
	_ = []Cell{Dropout{}, Variational{}}
	_ = Layer(DropoutLayer{})
)

// WeightDrop drops elements of the recurrent weights U of every gate of a cell or layer, the
// same ones for all steps and rows (Merity, Keskar and Socher 2018). It is called while the
// graph is built, before Unroll.
func WeightDrop(b *graph.Builder, of Gated, rate float64, masks *Masks) {
	for _, g := range of.Gates() {
		if g.U != nil {
			b.Substitute(g.U, masks.Dropout(b, b.Param(g.U), rate))
		}
	}
}

// EmbeddingDropout drops whole rows of an embedding, so that a symbol is missing wherever it
// occurs (Gal and Ghahramani 2016). It is called while the graph is built, before Of.
func EmbeddingDropout(b *graph.Builder, e *Embedding, rate float64, masks *Masks) {
	if masks.active(b, rate) {
		size, _ := e.Table.Shape()
		b.Substitute(e.Table, b.MulCol(b.Param(e.Table), masks.keeping(b, size, 1, rate)))
	}
}
