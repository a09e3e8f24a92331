package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An Embedding is a table with a row of numbers for each of V symbols.
type Embedding struct {
	Table *graph.Param // of shape (V, E)
}

// NewEmbedding returns an Embedding whose table is named name/table and drawn from
// the standard normal distribution, as in PyTorch. It panics if a size is not positive.
func NewEmbedding(name string, vocabularySize, size int, rng *rand.Rand) *Embedding {
	checkSizes("NewEmbedding", vocabularySize, size)
	e := &Embedding{Table: graph.NewParam(name+"/table", vocabularySize, size)}
	graph.Normal(e.Table, 1, rng)
	return e
}

// Of looks up T·B symbols, numbered from 0 and time-major, and returns T inputs of
// shape (B, E). A number outside [0, V) is an error of the run.
func (e *Embedding) Of(b *graph.Builder, symbols *graph.Node, steps int) []*graph.Node {
	return b.Unstack(b.Rows(b.Param(e.Table), symbols), steps)
}

// Params returns the table.
func (e *Embedding) Params() []*graph.Param { return []*graph.Param{e.Table} }
