package train

import "github.com/seed-222a112c/lstm/graph"

// A Model is what Fit trains. Its batches are of a type B of its own: two sequences to compare, a
// sentence and its translation, whatever Loss reads.
//
// What else a model may have are the interfaces [Weigher], [Counter], [Baseliner], [Resetter],
// [Checker] and [Sequential]; to be written to files and read by [Load], it is given a name by
// [Register].
type Model[B any] interface {
	// Params returns the parameters, in the same order at every call.
	Params() []*graph.Param

	// Size returns what the shape of the graph for a batch depends on, such as its numbers of
	// steps and rows: a comparable value. Batches of equal sizes share a graph.
	Size(batch *B) any

	// Loss adds the model, for batches of the size of batch, to a graph. It declares the inputs
	// and returns the loss, a scalar: a mean over the batch's targets. It must depend on every
	// parameter that it uses, and add the same nodes whenever it is called for a size.
	Loss(g *Graph, batch *B) *graph.Node

	// Set sets the inputs that Loss declared.
	Set(p *graph.Program, batch *B) error
}

// A Weigher is a model whose batches do not all count alike: the weight of a batch is how many
// targets its loss is the mean of. It is 1 for other models. A batch of weight 0 counts nothing.
type Weigher[B any] interface {
	Weight(batch *B) float64
}

// A Counter is a model that measures more than its loss.
type Counter[B any] interface {
	// Count counts how good the outputs of the program's last run, on a batch, are: of the same
	// names, and equally many numbers of each, for every batch.
	Count(p *graph.Program, batch *B) Counts

	// Report adds the measures that follow from counts to m, whose Loss and Targets are there
	// already and which has targets.
	Report(m *Metrics, counts Counts)
}

// A CountSizer is a Counter that says beforehand how many numbers it counts of each name, so that
// a checkpoint with others is refused at once, and not when its first batch has run.
type CountSizer interface {
	CountSizes() map[string]int
}

// A Baseliner knows about the loss of a model for the same task that knows nothing. A training
// whose first loss is smaller by chance has not diverged when it is back there.
type Baseliner interface {
	BaselineLoss() float64
}

// A Resetter is a model that carries state and whose batches say where it starts afresh. That of
// others does at the first batch of each pass over the data.
type Resetter[B any] interface {
	Reset(batch *B) bool
}

// A Checker looks at batches before they run, and returns an error if one cannot be used.
type Checker[B any] interface {
	Check(batch *B) error
}

// A Sequential is a model of sequences of time steps that can be cut, so that graphs are of bounded
// size whatever the length is: it runs in blocks, as package bptt says.
type Sequential[B any] interface {
	// Blocks returns how many steps the sequences of a batch have, and of how many each block is,
	// the last one but: all of them where they are not to be cut, else c.Block.
	Blocks(batch *B, c Compilation) (steps, block int, err error)

	// Cut returns the blocks of a batch, and what share of its weight is theirs. Of a batch that
	// has nothing but its size, the blocks have nothing but theirs. All are read only.
	Cut(batch *B, block int) (parts []*B, shares []float64)

	// Advance is Loss up to the call of Graph.End.
	Advance(g *Graph, part *B)

	// SetInputs sets the inputs that Advance declared.
	SetInputs(p *graph.Program, part *B) error
}
