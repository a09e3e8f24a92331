package task

import (
	"math/rand/v2"
	"slices"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// A cellMaker makes one layer of a stack.
type cellMaker func(name string, inputSize, hiddenSize int, rng *rand.Rand) cells.Cell

// newCell makes layers by the names of their cells.
var newCell = map[string]cellMaker{
	"lstm":         maker(cells.NewLSTM),
	"peephole":     maker(cells.NewPeephole),
	"cifg":         maker(cells.NewCIFG),
	"nig":          maker(cells.NewNIG),
	"nfg":          maker(cells.NewNFG),
	"nog":          maker(cells.NewNOG),
	"niaf":         maker(cells.NewNIAF),
	"noaf":         maker(cells.NewNOAF),
	"fgr":          maker(cells.NewFGR),
	"layernorm":    maker(cells.NewLayerNormLSTM),
	"gru":          maker(cells.NewGRU),
	"gru-original": maker(cells.NewOriginalGRU),
	"rnn":          maker(cells.NewRNN),
	"rnn-relu":     maker(cells.NewReluRNN),
	"lstm-1997":    newBlocks,
	"slstm":        ofOneHead(cells.NewSLSTM),
	"mlstm":        ofOneHead(cells.NewMLSTM),
}

// maker returns the constructor of a type of cell as that of any cell.
func maker[C cells.Cell](construct func(name string, inputSize, hiddenSize int, rng *rand.Rand) C) cellMaker {
	return func(name string, in, hidden int, rng *rand.Rand) cells.Cell { return construct(name, in, hidden, rng) }
}

// ofOneHead is maker for cells with heads.
func ofOneHead[C cells.Cell](construct func(name string, inputSize, hiddenSize, heads int, rng *rand.Rand) C) cellMaker {
	return func(name string, in, hidden int, rng *rand.Rand) cells.Cell {
		return construct(name, in, hidden, 1, rng)
	}
}

// newBlocks makes memory blocks of two cells, as in most tasks of the paper, or of one if the
// number of cells is odd.
func newBlocks(name string, in, hidden int, rng *rand.Rand) cells.Cell {
	if hidden%2 == 1 {
		return cells.NewMemoryBlocks(name, in, hidden, 1, rng)
	}
	return cells.NewMemoryBlocks(name, in, hidden/2, 2, rng)
}

// NewCell makes the cell of that name with random weights, or returns nil if there is none.
// The names of its parameters begin with layer. It panics if a size is not positive.
func NewCell(cell, layer string, inputSize, hiddenSize int, rng *rand.Rand) cells.Cell {
	if construct := newCell[cell]; construct != nil {
		return construct(layer, inputSize, hiddenSize, rng)
	}
	return nil
}

// CellNames lists the names of the cells that a model can be made of.
func CellNames() []string {
	var names []string
	for name := range newCell {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// stateNames returns the names of the nodes that a cell carries from step to step.
func stateNames(cell string) map[string]bool {
	names := map[string]bool{}
	smallCell(cell).Begin(func(name string, _ int) *graph.Node {
		names[name] = true
		return nil
	})
	return names
}

// HasForgetGate tells whether the cell of that name has a forget gate, whose bias can be set.
func HasForgetGate(cell string) bool {
	small := smallCell(cell)
	return small != nil && cells.SetForgetBias(small, 0) == nil
}

// CheckPreset returns the error that Initialise will return for a model of the cell of that
// name.
func CheckPreset(cell, preset string) error {
	return cells.Initialise(preset, smallCell(cell), rand.New(rand.NewPCG(0, 0)))
}

// smallCell returns a cell of one unit, or nil if there is none of that name.
func smallCell(name string) cells.Cell {
	return NewCell(name, name, 1, 1, rand.New(rand.NewPCG(0, 0)))
}
