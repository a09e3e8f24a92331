package graph_test

import (
	"fmt"
	"hash"
	"math"
	"strings"
	"testing"

	"github.com/chewxy/hm"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/internal/graphgen"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// The recipe "Add an elementwise operation" of CONTRIBUTING.md: a row of the table, and nothing
// else of the compiler.
var softsign = ir.Register(ir.Row{
	Name: "softsign", Traits: ir.Elementwise, Arity: 1,
	Scalar: func(_ ir.Attr, x [3]float64) float64 { return x[0] / (1 + math.Abs(x[0])) },
})

// A softsignOp is the operation for the reference engine, which says which row it is.
type softsignOp struct{}

func (softsignOp) Row() (ir.Op, ir.Attr) { return softsign, nil }

func (softsignOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	x := in[0].(*tensor.Dense)
	y := tensor.New(tensor.Of(x.Dtype()), tensor.WithShape(x.Shape()...))
	for i, v := range x.Data().([]float64) {
		y.Float64s()[i] = v / (1 + math.Abs(v))
	}
	return y, nil
}

func (softsignOp) Arity() int { return 1 }
func (softsignOp) Type() hm.Type {
	m := gorgonia.TensorType{Dims: 2, Of: tensor.Float64}
	return hm.NewFnType(m, m)
}
func (softsignOp) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	return in[0].(tensor.Shape), nil
}
func (softsignOp) ReturnsPtr() bool      { return false }
func (softsignOp) CallsExtern() bool     { return false }
func (softsignOp) OverwritesInput() int  { return -1 }
func (softsignOp) WriteHash(h hash.Hash) { fmt.Fprint(h, "softsign") }
func (softsignOp) Hashcode() uint32      { return 54321 }
func (softsignOp) String() string        { return "softsign of the reference" }

// An operation that is one row of the table and is not fused with those around it, not divided
// among workers, or not in vectors where it has a kernel.
func TestAnOperationIsARow(t *testing.T) {
	const rows = 64
	run := func(s graph.Settings) ([]float64, *graph.Report) {
		s.Dtype = graph.Float64
		w := graph.NewParam("w", 3, 40)
		graph.Convert(graph.Float64, w)
		p := compile(t, s, func(b *graph.Builder) {
			z := b.MatMul(b.Input("x", rows, 3), b.Param(w))
			b.Output("y", b.Mul(b.Tanh(b.Apply(softsignOp{}, b.Affine(z, 2, 0.5))), z))
		})
		for i := range 3 {
			for j := range 40 {
				w.Set(i, j, float64(i-j)/20)
			}
		}
		x := make([]float64, rows*3)
		for i := range x {
			x[i] = float64(i%7) - 3
		}
		if err := p.SetFloats("x", x); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return p.Floats("y"), p.Report()
	}
	want, _ := run(graph.Settings{Engine: graph.Reference})
	for _, workers := range []int{1, 3} {
		got, report := run(graph.Settings{Workers: workers})
		if worst, where := graphgen.Difference(map[string][]float64{"y": got}, map[string][]float64{"y": want}); !(worst <= 1e-12) {
			t.Errorf("%d workers: fused and reference differ by %g: %s", workers, worst, where)
		}
		all := strings.Join(report.Segments, "; ")
		if !strings.Contains(all, "cluster 64×40: affine softsign tanh ⊙") || strings.Contains(all, "reference") {
			t.Errorf("the operation is not in one pass with the others: %s", all)
		}
		if report.Workers != workers || report.Barriers != 1 { // between packing and the product
			t.Errorf("%d workers wait %d times, want %d and once", report.Workers, report.Barriers, workers)
		}
	}
}
