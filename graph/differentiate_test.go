package graph_test

import (
	"fmt"

	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
	"gorgonia.org/gorgonia"
)

var engines = []graph.Engine{graph.Reference, graph.Fused}

// Gradients that are nodes are the gradients of the objective.
func TestGradientsAreThoseOfTheObjective(t *testing.T) {
	for _, op := range operations {
		for _, engine := range engines {
			t.Run(fmt.Sprintf("%s/%s", op.name, engine), func(t *testing.T) {
				params := operands(op.operands, graph.Float64)
				p := compile(t, graph.Settings{Dtype: graph.Float64, Engine: engine}, func(b *graph.Builder) {
					x := nodes(b, params)
					s := scalar(b, op.build(b, x))
					for i, g := range b.Gradients(s, x...) {
						b.Output(fmt.Sprint("gradient ", i), g)
					}
					b.Minimize(s)
				})
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

// The gradient of a random linear function of gradients is its derivative, for every operation, and
// so is the gradient of gradients of gradients. The operations are on squares, and what is
// differentiated first is log(1 + s²) of a linear function s of their results, so that higher
// derivatives of operations that are linear are not zero, and what comes back to them is not
// constant.
func TestHigherDerivatives(t *testing.T) {
	for _, op := range operations {
		for order := 2; order <= 3; order++ {
			for _, engine := range engines {
				t.Run(fmt.Sprintf("%s/%d/%s", op.name, order, engine), func(t *testing.T) {
					params := operands(op.operands, graph.Float64)
					p := compile(t, graph.Settings{Dtype: graph.Float64, Engine: engine}, func(b *graph.Builder) {
						x := nodes(b, params)
						squares := make([]*graph.Node, len(x))
						for i := range x {
							squares[i] = b.Affine(b.Mul(x[i], x[i]), 0.5, 0)
						}
						s := scalar(b, op.build(b, squares))
						s = b.Log(b.Affine(b.Mul(s, s), 1, 1))
						for n := 1; n < order; n++ {
							s = alongGradients(b, s, x, fmt.Sprint("along ", n))
						}
						b.Minimize(s)
					})
					rng := rand.New(rand.NewPCG(3, 4))
					for n := 1; n < order; n++ {
						for i, param := range params {
							if err := p.SetFloats(fmt.Sprintf("along %d, %d", n, i), normals(param.Size(), rng)); err != nil {
								t.Fatal(err)
							}
						}
					}
					runOperation(t, params, p)
					graphtest.CheckGradient(t, p)
				})
			}
		}
	}
}

// alongGradients returns the inner products of the gradients of s with inputs, summed: the
// derivative of s along these.
func alongGradients(b *graph.Builder, s *graph.Node, x []*graph.Node, name string) (total *graph.Node) {
	for i, g := range b.Gradients(s, x...) {
		shape := b.Shape(g)
		if b.Err() != nil {
			return nil
		}
		term := b.Dot(g, b.Input(fmt.Sprintf("%s, %d", name, i), shape[0], shape[1]))
		if i == 0 {
			total = term
		} else {
			total = b.Add(total, term)
		}
	}
	return total
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

// Gradients with respect to what was computed, of several losses, one after the other: d(u·v)/du of
// scalars u and v, and of matrices between the parameters and the loss.
func TestGradientsOfInnerNodes(t *testing.T) {
	for _, engine := range engines {
		x := graph.NewParam("x", 2, 2)
		x.SetFloats([]float64{1, -2, 3, 0.5})
		p := compile(t, graph.Settings{Engine: engine}, func(b *graph.Builder) {
			square := b.Mul(b.Param(x), b.Param(x))
			u, v := b.Sum(b.Param(x)), b.Sum(square)
			product := b.Mul(u, v)
			first := b.Gradients(product, u, square, product)
			second := b.Gradients(b.Mul(product, product), product, b.Param(x), square)
			for i, g := range append(first, second...) {
				b.Output(fmt.Sprint("g", i), g)
			}
			whole := b.Add(u, v)
			b.Output("du of a sum", b.Gradients(whole, u)[0])
			b.Minimize(whole)
		})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		const u, v = 2.5, 1 + 4 + 9 + 0.25
		for i, want := range [][]float64{
			{v}, {u, u, u, u}, {1},
			{2 * u * v}, {2 * u * v * (v + u*2), 2 * u * v * (v - u*4), 2 * u * v * (v + u*6), 2 * u * v * (v + u*1)}, constant(4, 2*u*v*u),
		} {
			graphtest.CheckClose(t, fmt.Sprintf("%s: gradient %d", engine, i), p.Floats(fmt.Sprint("g", i)), want, 1e-6)
		}
		graphtest.CheckClose(t, "du of a sum", p.Floats("du of a sum"), []float64{1}, 0)
		graphtest.CheckClose(t, "gradient of the objective", p.Grad(x), []float64{3, -3, 7, 2}, 1e-6)
	}
}

func constant(n int, x float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = x
	}
	return y
}

// What Gradients cannot do is an error that says what and where, not a panic out of Compile.
func TestGradientsErrors(t *testing.T) {
	x, w := graph.NewParam("x", 2, 2), graph.NewParam("w", 2, 2)
	for want, build := range map[string]func(b *graph.Builder) *graph.Node{
		"Gradients: the loss has shape (2, 2), want a scalar": func(b *graph.Builder) *graph.Node {
			return b.Gradients(b.Param(x), b.Param(x))[0]
		},
		"Gradients: the loss is nil": func(b *graph.Builder) *graph.Node { return b.Gradients(nil, b.Param(x))[0] },
		"Gradients: of no nodes": func(b *graph.Builder) *graph.Node {
			b.Gradients(b.Sum(b.Param(x)))
			return b.Param(x)
		},
		"Gradients: the loss is of another graph": func(b *graph.Builder) *graph.Node {
			return b.Gradients(gorgonia.NewScalar(gorgonia.NewGraph(), gorgonia.Float32, gorgonia.WithName("s")), b.Param(x))[0]
		},
		"Gradients: node 1 is nil, or of another graph": func(b *graph.Builder) *graph.Node {
			foreign := gorgonia.NewMatrix(gorgonia.NewGraph(), gorgonia.Float32, gorgonia.WithShape(1, 1), gorgonia.WithName("m"))
			return b.Gradients(b.Sum(b.Param(x)), foreign)[0]
		},
		"Gradients: node 2 is nil": func(b *graph.Builder) *graph.Node {
			return b.Gradients(b.Sum(b.Param(x)), b.Param(x), nil)[0]
		},
		"Gradients: the loss does not depend on node 2, of shape (2, 2)": func(b *graph.Builder) *graph.Node {
			return b.Gradients(b.Sum(b.Param(x)), b.Param(x), b.Param(w))[0]
		},
		"Gradients: the loss does not depend on node 1": func(b *graph.Builder) *graph.Node {
			return b.Gradients(b.Sum(b.StopGradient(b.Param(x))), b.Param(x))[0]
		},
		"Gradients: the operation opaque has no gradient": func(b *graph.Builder) *graph.Node {
			return b.Gradients(b.Sum(b.Apply(&pinnedOp{name: "opaque"}, b.Param(x))), b.Param(x))[0]
		},
		"differentiating the objective: the operation opaque has no gradient": func(b *graph.Builder) *graph.Node {
			b.Minimize(b.Sum(b.Add(b.Param(x), b.Apply(&pinnedOp{name: "opaque"}, b.Param(x)))))
			return b.Param(x)
		},
		"the objective does not depend on parameter w": func(b *graph.Builder) *graph.Node {
			b.Minimize(b.Sum(b.Param(x)))
			return b.Param(w)
		},
		"the objective does not depend on parameter x": func(b *graph.Builder) *graph.Node { // AtLeast has no gradient
			b.Minimize(b.Sum(b.AtLeast(b.Param(x), b.Param(x))))
			return b.Param(x)
		},
	} {
		for _, engine := range engines {
			_, err := graph.Compile(func(b *graph.Builder) { b.Output("y", build(b)) }, graph.Settings{Engine: engine})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", engine, err, want)
			}
		}
	}
}

// No gradient flows through StopGradient, of a matrix or a scalar; what the objective depends on
// through nothing else has the gradient 0, in every run.
func TestStopGradient(t *testing.T) {
	for _, engine := range engines {
		x, w := graph.NewParam("x", 1, 2), graph.NewParam("w", 1, 2)
		x.SetFloats([]float64{3, -1})
		w.SetFloats([]float64{5, 7})
		p := compile(t, graph.Settings{Engine: engine}, func(b *graph.Builder) {
			stopped := b.StopGradient(b.Mul(b.Param(w), b.Param(w)))
			factor := b.StopGradient(b.Sum(b.Param(x)))
			b.Minimize(b.Scale(b.Dot(stopped, b.Param(x)), factor))
		})
		for range 2 {
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			graphtest.CheckClose(t, "loss", []float64{p.Scalar("loss")}, []float64{2 * (25*3 - 49)}, 1e-6)
			graphtest.CheckClose(t, "dx", p.Grad(x), []float64{2 * 25, 2 * 49}, 1e-6)
			graphtest.CheckClose(t, "dw", p.Grad(w), []float64{0, 0}, 0)
			w.SetFloats([]float64{-5, -7})
			for _, vg := range p.ValueGrads() { // as a solver may
				if g, err := vg.Grad(); err == nil {
					copy(g.Data().([]float32), []float32{8, 9})
				}
			}
		}
	}
}

// An operation without a gradient is no hindrance where none would flow through it.
func TestGradientsPastAnOperationWithoutOne(t *testing.T) {
	identity := &pinnedOp{name: "opaque", do: func(x gorgonia.Value) (gorgonia.Value, error) { return x, nil }}
	for _, engine := range engines {
		x := graph.NewParam("x", 1, 2)
		x.SetFloats([]float64{3, -1})
		p := compile(t, graph.Settings{Engine: engine}, func(b *graph.Builder) {
			steps := b.Apply(identity, b.AtLeast(b.Param(x), b.Constant(0, 1, 2)))
			loss := b.Sum(b.Mul(steps, b.Mul(b.Param(x), b.Param(x))))
			b.Output("gradient", b.Gradients(loss, b.Param(x))[0])
		})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		graphtest.CheckClose(t, string(engine), p.Floats("gradient"), []float64{6, 0}, 1e-6)
	}
}
