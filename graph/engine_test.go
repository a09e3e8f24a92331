package graph_test

import (
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/chewxy/hm"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/internal/graphgen"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// twoLayers is a language model of two LSTM layers over T steps.
func twoLayers(T, B, V, H int) func(*graph.Builder) {
	rng := rand.New(rand.NewPCG(1, 2))
	table := cells.NewEmbedding("embedding", V, H, rng)
	stack := cells.Stack{cells.NewLSTM("0", H, H, rng), cells.NewLSTM("1", H, H, rng)}
	head := cells.NewDense("dense", H, V, rng)
	return func(b *graph.Builder) {
		outputs, _ := cells.Unroll(b, stack, table.Of(b, b.Indices("tokens", T*B), T), nil, cells.Zeros(b, stack, B))
		b.Minimize(b.CrossEntropy(head.Of(b, b.Stack(outputs)), b.Indices("targets", T*B), b.Ones(T*B), graph.CrossEntropySettings{}))
	}
}

// A pass that has stopped to do anything, which no comparison of values notices.
func TestReport(t *testing.T) {
	const T = 12
	build := twoLayers(T, 4, 30, 16)
	report := func(without ...string) graph.Report {
		p := compile(t, graph.Settings{Workers: 2, Without: without}, build)
		return *p.Report()
	}
	all := report()
	t.Log(all)
	// In each layer one hoisted product forward and one backward, one sum of outer products,
	// and in each step one product forward and, but for the last, one backward; the head has
	// three.
	if want := 2*(T+T-1) + 2*3 + 3; all.Merged != want {
		t.Errorf("products are computed by %d operations, want %d", all.Merged, want)
	}
	if want := 2 * 2 * T; all.Clusters != want {
		t.Errorf("%d clusters, want one a layer and step forward and one backward: %d", all.Clusters, want)
	}
	if len(all.Segments) != 9 {
		t.Errorf("the rewritten graph has %d segments, want 4 loops and 5 stretches between them", len(all.Segments))
	}
	loops := 0
	for _, s := range all.Segments {
		if strings.Contains(s, "× {") {
			loops++
		}
		if strings.Contains(s, "copy") {
			t.Errorf("something is copied: %s", s)
		}
	}
	if loops != 4 {
		t.Errorf("%d loops were found, want 4", loops)
	}
	if all.Barriers > 20 {
		t.Errorf("%d barriers: there should be none inside of the loops", all.Barriers)
	}
	for pass, worse := range map[string]func(r graph.Report) bool{
		"fold":      func(r graph.Report) bool { return r.Elementwise > all.Elementwise || r.Steps > all.Steps },
		"sums":      func(r graph.Report) bool { return r.Merged > all.Merged },
		"hoist":     func(r graph.Report) bool { return r.Merged > all.Merged },
		"gradients": func(r graph.Report) bool { return r.Merged > all.Merged },
		"contract":  func(r graph.Report) bool { return r.Elementwise > all.Elementwise },
		"clusters":  func(r graph.Report) bool { return r.Clusters > all.Clusters },
		"share":     func(r graph.Report) bool { return r.Merged > all.Merged },
		"pack":      func(r graph.Report) bool { return r.Bytes > all.Bytes },
		"period":    func(r graph.Report) bool { return len(r.Segments) == r.Steps },
		"memory":    func(r graph.Report) bool { return r.Arena > all.Arena },
		"workers":   func(r graph.Report) bool { return r.Workers == 1 },
	} {
		if r := report(pass); !worse(r) {
			t.Errorf("without pass %s the report does not show that it is missing:\n%v", pass, r)
		}
	}
	if _, err := graph.Compile(build, graph.Settings{Without: []string{"nonsense"}}); err == nil || !strings.Contains(err.Error(), "hoist") {
		t.Errorf("an unknown pass gives the error %v, want one that lists the passes", err)
	}
	if _, err := graph.Compile(build, graph.Settings{Engine: "nonsense"}); err == nil || !strings.Contains(err.Error(), "fused and reference") {
		t.Errorf("an unknown engine gives the error %v, want one that lists the engines", err)
	}
}

// A fickle operation is the identity until it is told to fail.
type fickle struct{ fail *error }

func (o fickle) Arity() int { return 1 }
func (o fickle) Type() hm.Type {
	m := gorgonia.TensorType{Dims: 2, Of: tensor.Float32}
	return hm.NewFnType(m, m)
}
func (o fickle) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	return in[0].(tensor.Shape), nil
}
func (o fickle) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if *o.fail != nil && (*o.fail).Error() == "panic" {
		panic("in an operation")
	}
	return in[0], *o.fail
}
func (o fickle) ReturnsPtr() bool      { return false }
func (o fickle) CallsExtern() bool     { return false }
func (o fickle) OverwritesInput() int  { return -1 }
func (o fickle) WriteHash(h hash.Hash) { fmt.Fprint(h, "fickle") }
func (o fickle) Hashcode() uint32      { return 12345 }
func (o fickle) String() string        { return "fickle" }

// Workers that wait for ever when an operation has failed or panicked, or a program that
// cannot run again after that.
func TestFailureOfAnOperation(t *testing.T) {
	var failure error
	w := graph.NewParam("w", 8, 8)
	graph.Constant(w, 0.5)
	p := compile(t, graph.Settings{Workers: 3}, func(b *graph.Builder) {
		h := b.Constant(0.1, 8, 8)
		for range 3 {
			h = b.Tanh(b.MatMul(h, b.Param(w)))
		}
		h = b.Apply(fickle{&failure}, h)
		for range 3 {
			h = b.Tanh(b.MatMul(h, b.Param(w)))
		}
		b.Output("h", h)
	})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	want := p.Floats("h")[0]
	for range 20 {
		for _, failure = range []error{errors.New("refused"), errors.New("panic")} {
			err := p.Run()
			if err == nil || !strings.Contains(err.Error(), "refused") && !strings.Contains(err.Error(), "in an operation") {
				t.Fatalf("a failing operation gives the error %v", err)
			}
		}
		failure = nil
		if err := p.Run(); err != nil {
			t.Fatalf("after a failure: %v", err)
		}
		if got := p.Floats("h")[0]; got != want {
			t.Fatalf("after a failure h = %g, want %g", got, want)
		}
	}
}

// A sum that is written over rows which something else still reads.
func TestSumsInPlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	param := func(name string, rows, cols int) *graph.Param {
		p := graph.NewParam(name, rows, cols)
		graph.Convert(graph.Float64, p)
		graph.Normal(p, 1, rng)
		return p
	}
	x, h, w, w2 := param("x", 6, 4), param("h", 2, 3), param("w", 4, 5), param("w2", 4, 5)
	var u []*graph.Param // another one each time, or the products would be hoisted
	for k := range 4 {
		u = append(u, param(fmt.Sprint("u", k), 3, 5))
	}
	build := func(b *graph.Builder) {
		overlapping := b.MatMul(b.Param(x), b.Param(w))
		product := func(k int) *graph.Node { return b.MatMul(b.Param(h), b.Param(u[k])) }
		b.Output("first", b.Add(b.RowBlock(overlapping, 0, 2), product(0)))
		b.Output("second", b.Add(b.RowBlock(overlapping, 1, 3), product(1)))
		z := b.MatMul(b.Param(x), b.Param(w2))
		rows := b.RowBlock(z, 0, 2)
		b.Output("third", b.Add(rows, product(2)))
		b.Output("fourth", b.Add(rows, product(3)))
		b.Output("fifth", b.Tanh(b.RowBlock(z, 2, 4)))
	}
	values := map[graph.Engine]map[string][]float64{}
	for _, engine := range []graph.Engine{graph.Reference, graph.Fused} {
		p := compile(t, graph.Settings{Dtype: graph.Float64, Engine: engine, Workers: 1}, build)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		values[engine] = map[string][]float64{}
		for _, name := range p.Outputs() {
			values[engine][name] = p.Floats(name)
		}
	}
	if worst, where := graphgen.Difference(values[graph.Fused], values[graph.Reference]); !(worst <= 1e-12) {
		t.Errorf("fused and reference differ by %g: %s", worst, where)
	}
}

// Two parameters with one gradient, of which a solver zeroes the first before it reads the
// second; an output of the same node, which must not change with it.
func TestSharedGradient(t *testing.T) {
	v, w := graph.NewParam("v", 2, 2), graph.NewParam("w", 2, 2)
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		x := b.Add(b.Param(v), b.Param(w))
		b.Output("x", x)
		b.Output("x again", x)
		b.Minimize(b.Dot(x, b.Constant(3, 2, 2)))
	})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	first, err := p.ValueGrads()[0].Grad()
	if err != nil {
		t.Fatal(err)
	}
	clear(first.Data().([]float32))
	if g := p.Grad(w); g[0] != 3 {
		t.Errorf("the gradient of w is %v after that of v was cleared, want 3s", g)
	}
}

// The gradient of a layer norm's scale, of all time steps, is one sum of products that nobody
// stores. Catches a pass that has stopped to find it; the values are the conformance tests' to
// check.
func TestGradientOfScale(t *testing.T) {
	const T, B, H = 5, 3, 16
	cell := cells.NewLayerNormLSTM("0", H, H, rand.New(rand.NewPCG(1, 2)))
	report := compile(t, graph.Settings{Workers: 1}, func(b *graph.Builder) {
		outputs, _ := cells.Unroll(b, cell, b.Unstack(b.Input("x", T*B, H), T), nil, cells.Zeros(b, cell, B))
		y := b.Stack(outputs)
		b.Minimize(b.Dot(y, y))
	}).Report()
	found := 0
	for _, s := range report.Segments {
		found += strings.Count(s, "of products")
	}
	if found != 3 { // of x·W, h·U and c
		t.Errorf("%d sums of products, want 3:\n%v", found, report)
	}
}
