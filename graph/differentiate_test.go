package graph_test

import (
	"fmt"

	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

var engines = []graph.Engine{graph.Reference, graph.Fused}

// Gradients that are nodes are the gradients of the objective.
func TestGradientsAreThoseOfTheObjective(t *testing.T) {
	for _, op := range operations {
		for _, engine := range engines {
			t.Run(fmt.Sprintf("%s/%s", op.name, engine), func(t *testing.T) {
				params, p := compileOperation(t, op.operands, engine, func(b *graph.Builder, x []*graph.Node) {
					s := scalar(b, op.build(b, x))
					for i, g := range b.Gradients(s, x...) {
						b.Output(fmt.Sprint("gradient ", i), g)
					}
					b.Minimize(s)
				})
				if p == nil {
					t.Fatal(params)
				}
				for range 2 {
					runOperation(t, params, p)
					for i, param := range params {
						graphtest.CheckClose(t, "gradient of "+param.Name(), p.Floats(fmt.Sprint("gradient ", i)), p.Grad(param), 1e-12)
					}
				}
			})
		}
	}
}

// once lists the operations whose gradients have none.
var once = []string{"LayerNorm", "CrossEntropy", "CrossEntropy with class weights and smoothing", "BinaryCrossEntropy", "SquaredError"}

// The gradient of a random linear function of gradients is its derivative, or an error that
// names the operation. The operations are on squares, so that second derivatives of those
// that are linear are not zero.
func TestSecondDerivatives(t *testing.T) {
	for _, op := range operations {
		for _, engine := range engines {
			t.Run(fmt.Sprintf("%s/%s", op.name, engine), func(t *testing.T) {
				params := operands(op.operands, graph.Float64)
				p, err := graph.Compile(func(b *graph.Builder) {
					x := nodes(b, params)
					squares := make([]*graph.Node, len(x))
					for i := range x {
						squares[i] = b.Affine(b.Mul(x[i], x[i]), 0.5, 0)
					}
					var terms *graph.Node
					for i, g := range b.Gradients(scalar(b, op.build(b, squares)), x...) {
						rows, cols := params[i].Shape()
						term := b.Dot(g, b.Input(fmt.Sprint("along ", i), rows, cols))
						if terms == nil {
							terms = term
						} else {
							terms = b.Add(terms, term)
						}
					}
					b.Minimize(terms)
				}, graph.Settings{Dtype: graph.Float64, Engine: engine})
				if slices.Contains(once, op.name) {
					if err == nil || !strings.Contains(err.Error(), "once, not twice") {
						t.Fatalf("error %v, want one that tells what has no second derivative", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				rng := rand.New(rand.NewPCG(3, 4))
				for i, param := range params {
					if err := p.SetFloats(fmt.Sprint("along ", i), normals(param.Size(), rng)); err != nil {
						t.Fatal(err)
					}
				}
				runOperation(t, params, p)
				graphtest.CheckGradient(t, p)
			})
		}
	}
}

// scalar returns a scalar that depends on all elements of y differently.
func scalar(b *graph.Builder, y *graph.Node) *graph.Node {
	if shape := b.Shape(y); len(shape) == 2 {
		return b.Dot(y, b.Input("direction", shape[0], shape[1]))
	}
	return y
}

func operands(shapes [][2]int, d graph.Dtype) []*graph.Param {
	params := make([]*graph.Param, len(shapes))
	for i, s := range shapes {
		params[i] = graph.NewParam(fmt.Sprintf("x%d", i), s[0], s[1])
		graph.Convert(d, params[i])
	}
	return params
}

func nodes(b *graph.Builder, params []*graph.Param) (x []*graph.Node) {
	for _, p := range params {
		x = append(x, b.Param(p))
	}
	return x
}

func compileOperation(t *testing.T, shapes [][2]int, engine graph.Engine, build func(*graph.Builder, []*graph.Node)) ([]*graph.Param, *graph.Program) {
	t.Helper()
	params := operands(shapes, graph.Float64)
	p := compile(t, graph.Settings{Dtype: graph.Float64, Engine: engine}, func(b *graph.Builder) { build(b, nodes(b, params)) })
	return params, p
}

// runOperation runs a program of a row of operations at random operands.
func runOperation(t *testing.T, params []*graph.Param, p *graph.Program) {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 2))
	p.SetInts("index", []int{2, 0, 2, 3})
	p.SetInts("targets", rowTargets)
	p.SetFloats("mask", []float64{1, 0, 1})
	p.SetFloats("weights", rowWeights)
	p.SetFloats("labels", rowLabels)
	for _, param := range params {
		graph.Normal(param, 1, rng)
	}
	for n := 1; n <= 64; n++ { // whatever the number of its elements
		p.SetFloats("direction", normals(n, rng))
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
}
