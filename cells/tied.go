package cells

import "github.com/seed-222a112c/lstm/graph"

// A Tied is a dense layer from E features to V symbols that shares the table of an
// embedding,
//
//	y = x·Eᵀ + b
//
// with E the table, of shape (V, E) (Press and Wolf 2017). The table's gradient is the sum
// of those of both uses.
type Tied struct {
	Embedding *Embedding
	B         *graph.Param // bias, of shape (1, V)
}

// NewTied returns a Tied layer on the embedding's table whose bias, of zeros, is named name/b.
func NewTied(name string, e *Embedding) *Tied {
	size, _ := e.Table.Shape()
	return &Tied{Embedding: e, B: graph.NewParam(name+"/b", 1, size)}
}

// Of adds the layer's map of x, of shape (n, E), to the graph.
func (t *Tied) Of(b *graph.Builder, x *graph.Node) *graph.Node {
	return b.AddRow(b.MatMul(x, b.Transpose(b.Param(t.Embedding.Table))), b.Param(t.B))
}

// Params returns b; the table is the embedding's.
func (t *Tied) Params() []*graph.Param { return []*graph.Param{t.B} }
