package graph_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// This file holds the operations at their edges: ties, numbers that are not finite, rows that are
// left out, indices that change.

var (
	inf = math.Inf(1)
	nan = math.NaN()
)

// onBoth runs a check on both engines, in both formats.
func onBoth(t *testing.T, check func(t *testing.T, s graph.Settings)) {
	for _, engine := range engines {
		for _, dtype := range []graph.Dtype{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprintf("%s/%v", engine, dtype), func(t *testing.T) {
				check(t, graph.Settings{Engine: engine, Dtype: dtype})
			})
		}
	}
}

// Every operation has, at its edges, the value and the gradient of the sum of its results that
// its comment promises.
func TestEdges(t *testing.T) {
	for _, edge := range []struct {
		name       string
		rows, cols int
		x          []float64
		build      func(b *graph.Builder, x *graph.Node) *graph.Node
		y, dx      []float64
	}{
		{"Sqrt", 1, 4, []float64{0, 4, -1, inf},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Sqrt(x) },
			[]float64{0, 2, nan, inf}, []float64{inf, 0.25, nan, 0}},
		{"Abs", 1, 5, []float64{0, -2, inf, -inf, math.Copysign(0, -1)},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Abs(x) },
			[]float64{0, 2, inf, inf, 0}, []float64{0, -1, 0, 0, 0}},
		{"Abs of NaN", 1, 2, []float64{nan, 3},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Abs(x) },
			[]float64{nan, 3}, []float64{0, 1}},
		{"Max of ties and NaN", 2, 4, []float64{1, nan, 0, -inf, 1, 0, nan, -inf},
			func(b *graph.Builder, x *graph.Node) *graph.Node {
				return b.Max(b.RowBlock(x, 0, 1), b.RowBlock(x, 1, 2))
			},
			[]float64{1, nan, nan, -inf}, []float64{1, 0, 0, 1, 0, 1, 1, 0}},
		{"AtLeast of ties and NaN", 3, 4, []float64{1, nan, 0, -inf, 1, 0, nan, -inf, 0, 0, 0, 0},
			func(b *graph.Builder, x *graph.Node) *graph.Node {
				return b.Add(b.AtLeast(b.RowBlock(x, 0, 1), b.RowBlock(x, 1, 2)), b.RowBlock(x, 2, 3))
			},
			[]float64{1, 0, 0, 1}, []float64{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}},
		{"Clamp at and beyond its bounds", 1, 6, []float64{-1, 2, -inf, inf, nan, 0.5},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Clamp(x, -1, 2) },
			[]float64{-1, 2, -1, 2, nan, 0.5}, []float64{0, 0, 0, 0, 0, 1}},
		{"Relu at 0", 1, 4, []float64{0, nan, inf, 1},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Relu(x) },
			[]float64{0, nan, inf, 1}, []float64{0, 0, 0, 1}},
		{"MaxColumns of ties", 2, 3, []float64{2, 2, 1, 0, 5, 5},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.MaxColumns(x) },
			[]float64{2, 5}, []float64{1, 0, 0, 0, 1, 0}},
		{"MaxColumns of NaN and infinities", 4, 2, []float64{1, nan, nan, nan, -inf, -inf, -inf, 3},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.MaxColumns(x) },
			[]float64{nan, nan, -inf, 3}, []float64{0, 1, 1, 0, 1, 0, 0, 1}},
		{"MaxRows of NaN and ties", 2, 3, []float64{1, nan, -inf, 1, 4, -inf},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.MaxRows(x) },
			[]float64{1, nan, -inf}, []float64{1, 1, 1, 0, 0, 0}},
		{"LogSumExpColumns of masked elements", 3, 2, []float64{-inf, 1, -inf, -inf, -1e30, -5},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.LogSumExpColumns(x) },
			[]float64{1, -inf, -5}, []float64{0, 1, 0, 0, 0, 1}},
		{"LogSumExpColumns of large elements", 3, 2, []float64{3000, 3000, -3000, -3000, inf, 1},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.LogSumExpColumns(x) },
			[]float64{3000 + math.Ln2, -3000 + math.Ln2, inf}, []float64{0.5, 0.5, 0.5, 0.5, nan, 0}},
		{"LogSumExpColumns of NaN", 2, 2, []float64{nan, inf, 7, 7},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.LogSumExpColumns(x) },
			[]float64{nan, 7 + math.Ln2}, []float64{nan, nan, 0.5, 0.5}},
		{"LogSumExpRows of masked elements", 2, 2, []float64{-inf, 1, -inf, -inf},
			func(b *graph.Builder, x *graph.Node) *graph.Node { return b.LogSumExpRows(x) },
			[]float64{-inf, 1}, []float64{0, 1, 0, 0}},
		{"a chain of LogSumExpColumns through a row of nothing", 2, 2, []float64{-inf, -inf, 2, -inf},
			func(b *graph.Builder, x *graph.Node) *graph.Node {
				return b.LogSumExpColumns(b.Transpose(b.LogSumExpColumns(x)))
			},
			[]float64{2}, []float64{0, 0, 1, 0}},
	} {
		t.Run(edge.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s graph.Settings) {
				x := graph.NewParam("x", edge.rows, edge.cols)
				graph.Convert(s.Dtype, x)
				if err := x.SetFloats(edge.x); err != nil {
					t.Fatal(err)
				}
				p := compile(t, s, func(b *graph.Builder) {
					y := edge.build(b, b.Param(x))
					b.Output("y", y)
					b.Minimize(b.Sum(y))
				})
				for range 2 {
					if err := p.Run(); err != nil {
						t.Fatal(err)
					}
					graphtest.CheckClose(t, "value", p.Floats("y"), edge.y, 1e-6)
					graphtest.CheckClose(t, "gradient", p.Grad(x), edge.dx, 1e-6)
				}
			})
		})
	}
}

// A number of Gather that is no column stops the run with its position and the range, and the
// program runs again when it is mended.
func TestGatherOutOfRange(t *testing.T) {
	onBoth(t, func(t *testing.T, s graph.Settings) {
		x := graph.NewParam("x", 3, 2)
		graph.Convert(s.Dtype, x)
		x.SetFloats([]float64{1, 2, 3, 4, 5, 6})
		p := compile(t, s, func(b *graph.Builder) { b.Minimize(b.Sum(b.Gather(b.Param(x), b.Indices("i", 3)))) })
		for _, run := range []struct {
			index []int
			want  string
		}{
			{[]int{0, 1, 2}, "gather: index 2 at position 2 is outside [0, 2)"},
			{[]int{0, -1, 0}, "gather: index -1 at position 1 is outside [0, 2)"},
		} {
			p.SetInts("i", run.index)
			if err := p.Run(); err == nil || !strings.Contains(err.Error(), run.want) {
				t.Errorf("error %v, want %q", err, run.want)
			}
		}
		p.SetInts("i", []int{0, 1, 0})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		graphtest.CheckClose(t, "sum", []float64{p.Scalar("loss")}, []float64{1 + 4 + 5}, 0)
	})
}

// Shapes that do not fit are errors of the build that say what was wanted.
func TestShapesOfReductions(t *testing.T) {
	for want, build := range map[string]func(b *graph.Builder, x *graph.Node) *graph.Node{
		"AddCol of (2, 3) and (1, 3): want a matrix, (n, m), and a column, (n, 1)": func(b *graph.Builder, x *graph.Node) *graph.Node {
			return b.AddCol(x, b.Constant(0, 1, 3))
		},
		"AddCol of (2, 3) and (3, 1)": func(b *graph.Builder, x *graph.Node) *graph.Node { return b.AddCol(x, b.Constant(0, 3, 1)) },
		"Gather of (2, 3) and (3): the index is a int of shape (3), want 2 ints, one a row": func(b *graph.Builder, x *graph.Node) *graph.Node {
			return b.Gather(x, b.Indices("i", 3))
		},
		"Gather of (2, 3) and (2, 1): the index is": func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Gather(x, b.Constant(0, 2, 1)) },
		"Scale of (2, 3) and (2, 3): the factor has shape (2, 3), want a scalar": func(b *graph.Builder, x *graph.Node) *graph.Node {
			return b.Scale(x, x)
		},
		"Sum of shape [], want a matrix": func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Sum(b.Sum(x)) },
		"SumRows of ()":                  func(b *graph.Builder, x *graph.Node) *graph.Node { return b.SumRows(b.Sum(x)) },
		"SumColumns of ()":               func(b *graph.Builder, x *graph.Node) *graph.Node { return b.SumColumns(b.Sum(x)) },
		"MaxColumns of ()":               func(b *graph.Builder, x *graph.Node) *graph.Node { return b.MaxColumns(b.Sum(x)) },
		"LogSumExpColumns of ()":         func(b *graph.Builder, x *graph.Node) *graph.Node { return b.LogSumExpColumns(b.Sum(x)) },
	} {
		_, err := graph.Compile(func(b *graph.Builder) { b.Output("y", build(b, b.Input("x", 2, 3))) }, graph.Settings{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A row of weight 0 has no part in a loss and its gradients, whatever it holds.
func TestLossesIgnoreRowsOfWeightZero(t *testing.T) {
	for name, loss := range map[string]func(b *graph.Builder, x, w *graph.Node) *graph.Node{
		"SquaredError": func(b *graph.Builder, x, w *graph.Node) *graph.Node {
			return b.SquaredError(x, b.Input("y", 3, 2), w)
		},
		"SquaredError as target": func(b *graph.Builder, x, w *graph.Node) *graph.Node {
			return b.SquaredError(b.Input("y", 3, 2), x, w)
		},
		"BinaryCrossEntropy": func(b *graph.Builder, x, w *graph.Node) *graph.Node {
			return b.BinaryCrossEntropy(x, b.Input("y", 3, 2), w)
		},
		"CrossEntropy": func(b *graph.Builder, x, w *graph.Node) *graph.Node {
			return b.CrossEntropy(x, b.Indices("k", 3), w, graph.CrossEntropySettings{})
		},
		"CrossEntropy with smoothing": func(b *graph.Builder, x, w *graph.Node) *graph.Node {
			return b.CrossEntropy(x, b.Indices("k", 3), w, graph.CrossEntropySettings{Smoothing: 0.1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s graph.Settings) {
				x := graph.NewParam("x", 3, 2)
				graph.Convert(s.Dtype, x)
				p := compile(t, s, func(b *graph.Builder) { b.Minimize(loss(b, b.Param(x), b.Input("w", 3, 1))) })
				p.SetFloats("w", []float64{0.5, 0, 2})
				run := func(left ...float64) (float64, []float64) {
					t.Helper()
					x.SetFloats([]float64{0.25, -1, left[0], left[1], 2, 0.5})
					p.SetFloats("y", []float64{1, 0, left[1], left[0], 0, 1})
					if err := p.Run(); err != nil {
						t.Fatal(err)
					}
					return p.Scalar("loss"), p.Grad(x)
				}
				want, gradient := run(0, 0)
				for _, left := range [][]float64{{nan, nan}, {inf, -inf}, {nan, 1}} {
					got, dx := run(left...)
					graphtest.CheckClose(t, "loss", []float64{got}, []float64{want}, 0)
					graphtest.CheckClose(t, "gradient", dx, gradient, 0)
				}
				if want == 0 || gradient[0] == 0 || gradient[2] != 0 || gradient[3] != 0 {
					t.Errorf("loss %g and gradient %g: the rows that count have none, or the row that does not has one", want, gradient)
				}
			})
		})
	}
}

// A row of weight 0 has no part in the gradients of a loss's gradients either, whatever it holds.
func TestGradientsOfLossesIgnoreRowsOfWeightZero(t *testing.T) {
	for name, loss := range map[string]func(b *graph.Builder, x, w *graph.Node) *graph.Node{
		"SquaredError": func(b *graph.Builder, x, w *graph.Node) *graph.Node {
			return b.SquaredError(x, b.Constant(0.5, 3, 2), w)
		},
		"BinaryCrossEntropy": func(b *graph.Builder, x, w *graph.Node) *graph.Node {
			return b.BinaryCrossEntropy(x, b.Constant(0.5, 3, 2), w)
		},
		"CrossEntropy": func(b *graph.Builder, x, w *graph.Node) *graph.Node {
			return b.CrossEntropy(x, b.Indices("k", 3), w, graph.CrossEntropySettings{ClassWeights: []float64{1, 3}, Smoothing: 0.1})
		},
	} {
		onBoth(t, func(t *testing.T, s graph.Settings) {
			x := graph.NewParam("x", 3, 2)
			graph.Convert(s.Dtype, x)
			p := compile(t, s, func(b *graph.Builder) {
				slope := b.Gradients(loss(b, b.Param(x), b.Input("w", 3, 1)), b.Param(x))[0]
				b.Minimize(b.Sum(b.Mul(slope, slope)))
			})
			p.SetFloats("w", []float64{0.5, 0, 2})
			run := func(left float64) []float64 {
				x.SetFloats([]float64{0.25, -1, left, -left, 2, 0.75})
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				return p.Grad(x)
			}
			want := run(0)
			if want[0] == 0 || want[2] != 0 {
				t.Errorf("%s: gradient %g", name, want)
			}
			for _, left := range []float64{nan, inf} {
				graphtest.CheckClose(t, name, run(left), want, 0)
			}
			p.SetFloats("w", make([]float64, 3))
			graphtest.CheckClose(t, name+" of no rows", run(1), make([]float64, 6), 0)
		})
	}
}

// Rows that Select does not take have no influence, whatever they hold, and get the gradient 0.
func TestSelectIgnoresWhatItDoesNotTake(t *testing.T) {
	onBoth(t, func(t *testing.T, s graph.Settings) {
		x, y := graph.NewParam("x", 2, 2), graph.NewParam("y", 2, 2)
		graph.Convert(s.Dtype, x, y)
		x.SetFloats([]float64{1, 2, nan, inf})
		y.SetFloats([]float64{nan, -inf, 3, 4})
		p := compile(t, s, func(b *graph.Builder) {
			chosen := b.Select(b.Input("mask", 2, 1), b.Tanh(b.Param(x)), b.Mul(b.Param(y), b.Param(y)))
			b.Minimize(b.Sum(chosen))
		})
		p.SetFloats("mask", []float64{-2, 0})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		graphtest.CheckClose(t, "sum", []float64{p.Scalar("loss")}, []float64{math.Tanh(1) + math.Tanh(2) + 9 + 16}, 1e-6)
		dtanh := func(x float64) float64 { return 1 - math.Tanh(x)*math.Tanh(x) }
		graphtest.CheckClose(t, "dy", p.Grad(y)[2:], []float64{6, 8}, 1e-6)
		graphtest.CheckClose(t, "dx", p.Grad(x)[:2], []float64{dtanh(1), dtanh(2)}, 1e-6)
	})
}

// Gradients follow the numbers of each run: an element that had one in the run before, and has
// none in this, is zero again, also where the gradient is summed with another in place.
func TestGradientsFollowChangedNumbers(t *testing.T) {
	onBoth(t, func(t *testing.T, s graph.Settings) {
		x := graph.NewParam("x", 2, 3)
		graph.Convert(s.Dtype, x)
		for name, c := range map[string]struct {
			build func(b *graph.Builder, x *graph.Node) *graph.Node
			want  func(at []int) []float64
		}{
			"Gather": {
				func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Sum(b.Gather(x, b.Indices("i", 2))) },
				func(at []int) []float64 { return placed(at, 0) }},
			"Gather and a sum": {
				func(b *graph.Builder, x *graph.Node) *graph.Node {
					return b.Add(b.Sum(b.Gather(x, b.Indices("i", 2))), b.Sum(x))
				},
				func(at []int) []float64 { return placed(at, 1) }},
			"MaxColumns": {
				func(b *graph.Builder, x *graph.Node) *graph.Node { return b.Sum(b.MaxColumns(x)) },
				func(at []int) []float64 { return placed(at, 0) }},
			"Rows": {
				func(b *graph.Builder, x *graph.Node) *graph.Node {
					return b.Sum(b.Rows(b.Transpose(x), b.Indices("i", 2)))
				},
				func(at []int) []float64 {
					dx := make([]float64, 6)
					for _, j := range at {
						dx[j]++
						dx[3+j]++
					}
					return dx
				}},
		} {
			p := compile(t, s, func(b *graph.Builder) { b.Minimize(c.build(b, b.Param(x))) })
			for _, at := range [][]int{{0, 1}, {2, 1}, {1, 1}, {0, 0}} {
				p.SetInts("i", at)
				x.SetFloats(placed(at, 0))
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				graphtest.CheckClose(t, name, p.Grad(x), c.want(at), 0)
			}
		}
	})
}

// placed returns (2, 3) elements that are rest but for 1 more in the given columns.
func placed(at []int, rest float64) []float64 {
	x := constant(6, rest)
	for i, j := range at {
		x[3*i+j]++
	}
	return x
}
