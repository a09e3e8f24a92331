package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// A MemoryBlocks is the cell of 1997: S blocks of several memory cells each, H in all, where
// the cells of a block share an input gate and an output gate. There is no forget gate, and
// every unit sees all outputs and all gates of the step before, p = [h i o]:
//
//	i′ = σ(x·Wi + p·Ui + bi)      input gates, one a block
//	o′ = σ(x·Wo + p·Uo + bo)      output gates, one a block
//	g = 4·σ(x·Wg + p·Ug + bg) − 2  inputs of the cells
//	c′ = c + i′ ⊙ g
//	h′ = o′ ⊙ (2·σ(c′) − 1)
//
// where i′ and o′ are repeated for the cells of each block (Hochreiter and Schmidhuber 1997).
// The paper truncates gradients at the gates; here they are whole.
type MemoryBlocks struct {
	Input, Output Gate // with W of shape (I, S) and U of shape (H + 2S, S)
	Candidate     Gate // with W of shape (I, H) and U of shape (H + 2S, H); its B may be nil
}

var (
	_ Cell  = (*MemoryBlocks)(nil)
	_ Gated = (*MemoryBlocks)(nil)
)

// NewMemoryBlocks returns a cell of blocks of size memory cells each, whose gates are named
// name/i, name/o and name/g. Weights are drawn from the uniform distribution on ±0.1 and
// biases are zero; the paper's are negative in the gates and differ from task to task. It
// panics if a size is not positive.
func NewMemoryBlocks(name string, inputSize, blocks, size int, rng *rand.Rand) *MemoryBlocks {
	checkSizes("NewMemoryBlocks", inputSize, blocks, size)
	seen := blocks*size + 2*blocks
	l := &MemoryBlocks{
		Input:     newGate(name+"/i", inputSize, seen, blocks),
		Output:    newGate(name+"/o", inputSize, seen, blocks),
		Candidate: newGate(name+"/g", inputSize, seen, blocks*size),
	}
	for _, g := range l.Gates() {
		graph.Uniform(g.W, 0.1, rng)
		graph.Uniform(g.U, 0.1, rng)
	}
	return l
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (l *MemoryBlocks) Step(b *graph.Builder, x *graph.Node, prev State) State {
	c := prev.Cell
	p := b.ConcatColumns(prev.Hidden, prev.Get("i"), prev.Get("o"))

	i := b.Named("i", b.Sigmoid(l.Input.Of(b, x, p)))
	o := b.Named("o", b.Sigmoid(l.Output.Of(b, x, p)))
	g := b.Named("g", b.Affine(b.Sigmoid(l.Candidate.Of(b, x, p)), 4, -2))

	c = b.Named("c", b.Add(c, b.Mul(l.repeat(b, i), g)))
	h := b.Named("h", b.Mul(l.repeat(b, o), b.Affine(b.Sigmoid(c), 2, -1)))
	return State{Hidden: h, Cell: c}.With("i", i).With("o", o)
}

// repeat returns a block's gate for each of its cells.
func (l *MemoryBlocks) repeat(b *graph.Builder, gate *graph.Node) *graph.Node {
	if b.Err() != nil {
		return nil
	}
	size := l.Candidate.hiddenSize() / l.Input.hiddenSize()
	return b.OuterRows(gate, b.Constant(1, b.Shape(gate)[0], size))
}

// Begin returns a state of the memories h and c, of width H, and i and o, of width S.
func (l *MemoryBlocks) Begin(node func(name string, width int) *graph.Node) State {
	blocks := l.Input.hiddenSize()
	return beginLSTM(node, l.Candidate.hiddenSize()).With("i", node("i", blocks)).With("o", node("o", blocks))
}

// Params returns the parameters of i, o and g.
func (l *MemoryBlocks) Params() []*graph.Param { return gateParams(l.Gates()...) }

// Gates returns i, o and g.
func (l *MemoryBlocks) Gates() []Gate { return []Gate{l.Input, l.Output, l.Candidate} }
