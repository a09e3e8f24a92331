package cells_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/celltest"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train/bptt"
)

// A cell whose memories are not h and c is as good as any: alone, by its equations, in a stack
// with others, in both directions, and zoned out.
func TestMemoriesOfOnesOwn(t *testing.T) {
	celltest.TestEquations(t, func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		r := NewCoRNN("r", in, hidden, rng)
		return r, func(x []float64, s celltest.Row) celltest.Row {
			next := celltest.Row{}
			for j, y := range s["y"] {
				drive := affine(r.Force, x, s["y"], j)
				for k, z := range s["z"] {
					drive += z * r.V.At(k, j)
				}
				z := s["z"][j]
				z += 0.1 * (math.Tanh(drive) - y - 0.01*z)
				next["y"], next["z"] = append(next["y"], y+0.1*z), append(next["z"], z)
			}
			return next
		}
	})
	t.Run("cell", func(t *testing.T) {
		celltest.TestCell(t, func(in, hidden int, rng *rand.Rand) cells.Cell { return NewCoRNN("r", in, hidden, rng) })
	})
	t.Run("stack", func(t *testing.T) {
		celltest.TestCell(t, func(in, hidden int, rng *rand.Rand) cells.Cell {
			return cells.Stack{cells.NewLSTM("a", in, 2, rng), NewCoRNN("r", 2, 2, rng), cells.Residual{Of: NewCoRNN("s", 2, 2, rng)}}
		})
	})
	t.Run("both directions", func(t *testing.T) {
		celltest.TestLayer(t, func(in, hidden int, rng *rand.Rand) cells.Layer {
			return cells.Bidirectional{Forward: NewCoRNN("f", in, hidden, rng), Backward: NewCoRNN("b", in, hidden, rng)}
		})
	})
	t.Run("zoneout", func(t *testing.T) {
		celltest.TestCell(t, func(in, hidden int, rng *rand.Rand) cells.Cell {
			return cells.Zoneout{Cell: NewCoRNN("r", in, hidden, rng), Rates: map[string]float64{"y": 0.2, "z": 0.6}}
		})
	})
}

// In blocks, a sequence with memories of its own names has the gradients of one graph, also of
// rows that end early.
func TestMemoriesOfOnesOwnInBlocks(t *testing.T) {
	const steps, rows, in, hidden = 9, 2, 2, 3
	rng := rand.New(rand.NewPCG(1, 1))
	cell := cells.Stack{NewCoRNN("a", in, 2, rng), cells.Zoneout{Cell: NewCoRNN("b", 2, hidden, rng), Rates: map[string]float64{"z": 0.3}}}
	graph.Convert(graph.Float64, cell.Params()...)
	x, target := draw(steps*rows*in, rng), draw(steps*rows*hidden, rng)
	mask := slices.Concat(repeat(1, 2*5), []float64{1, 0, 1, 0, 1, 0, 1, 0})
	start := bptt.State{"0/y": draw(rows*2, rng), "0/z": draw(rows*2, rng), "1/y": draw(rows*hidden, rng), "1/z": draw(rows*hidden, rng)}
	run := func(block int) (loss float64, end bptt.State, grads [][]float64) {
		unroll := func(g *bptt.Graph, n int) []*graph.Node {
			outputs, end := cells.Unroll(g.Builder, cell, g.Unstack(g.Input("x", n*rows, in), n), g.Unstack(g.Input("mask", n*rows, 1), n), g.Start(cell, rows))
			g.End(end)
			return outputs
		}
		blocks, err := bptt.Compile(bptt.Recurrence{
			Loss: func(g *bptt.Graph, n int) *graph.Node {
				return g.Dot(g.Stack(unroll(g, n)), g.Input("target", n*rows, hidden))
			},
			Advance: func(g *bptt.Graph, n int) { unroll(g, n) },
		}, steps, bptt.Settings{Block: block, Graph: graph.Settings{Dtype: graph.Float64}})
		check(t, err)
		defer blocks.Close()
		check(t, blocks.SetState(start))
		for _, pass := range blocks.Passes() {
			p, from, to := pass.Program, pass.From*rows, pass.To*rows
			check(t, p.SetFloats("mask", mask[from:to]))
			check(t, p.SetFloats("x", x[from*in:to*in]))
			if !pass.Advance {
				check(t, p.SetFloats("target", target[from*hidden:to*hidden]))
			}
			part, err := blocks.Run(pass)
			check(t, err)
			loss += part
		}
		for _, p := range cell.Params() {
			grads = append(grads, blocks.Program().Grad(p))
		}
		return loss, blocks.State(), grads
	}
	loss, end, grads := run(steps)
	for _, block := range []int{1, 4} {
		gotLoss, gotEnd, gotGrads := run(block)
		graphtest.CheckClose(t, "loss", []float64{gotLoss}, []float64{loss}, 1e-12)
		for name, want := range end {
			graphtest.CheckClose(t, "end of "+name, gotEnd[name], want, 1e-12)
		}
		for i, p := range cell.Params() {
			graphtest.CheckClose(t, "gradient of "+p.Name(), gotGrads[i], grads[i], 1e-12)
		}
	}
	if len(end) != 4 {
		t.Errorf("the end has %d memories, want 4", len(end))
	}
}

// A state keeps its memories in order and under their names, and is not changed by With.
func TestState(t *testing.T) {
	_, err := graph.Compile(func(b *graph.Builder) {
		one, two := b.Constant(1, 1, 1), b.Constant(2, 1, 1)
		s := cells.State{Hidden: one}.With("v", one).With("u", two).With("c", two)
		inner := cells.State{Layers: []cells.State{s, {Cell: one}}}.With("w", one)
		if got, want := inner.Names(), []string{"0/h", "0/c", "0/v", "0/u", "1/c", "w"}; !slices.Equal(got, want) {
			t.Errorf("names %q, want %q", got, want)
		}
		if s.Get("h") != one || s.Get("c") != two || s.Get("v") != one || s.Get("u") != two || s.Get("w") != nil || s.Cell != two {
			t.Error("Get does not return what With was given")
		}
		changed := s.With("v", two).With("h", two)
		if s.Get("v") != one || s.Hidden != one || changed.Get("v") != two || changed.Hidden != two {
			t.Error("With changed the state that it was called on, or not the one that it returned")
		}
		if got, want := changed.Names(), s.Names(); !slices.Equal(got, want) {
			t.Errorf("names %q after With, want %q", got, want)
		}
		a, c := s.With("x", one), s.With("y", two)
		if a.Get("x") != one || a.Get("y") != nil || c.Get("y") != two || c.Get("x") != nil {
			t.Error("two states made of one share their memories")
		}
		if (cells.State{}).With("v", one).With("u", two).Output() != one || s.With("v", two).Output() != one {
			t.Error("the output is h, or the first of other memories")
		}
		mapped := inner.Map(func(name string, n *graph.Node) *graph.Node {
			if name == "0/u" {
				return one
			}
			return n
		})
		if mapped.Layers[0].Get("u") != one || inner.Layers[0].Get("u") != two || mapped.Get("w") != one {
			t.Error("Map did not change 0/u alone")
		}
		b.Output("one", one)
	}, graph.Settings{})
	check(t, err)
	for _, name := range []string{"", "a/b", "/"} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), fmt.Sprintf("%q", name)) {
					t.Errorf("a memory named %q: panic %v", name, r)
				}
			}()
			cells.State{}.With(name, nil)
		}()
	}
}

// A forgetful cell returns other memories than it was given.
type forgetful struct {
	CoRNN
	lose bool
}

func (f forgetful) Step(b *graph.Builder, x *graph.Node, prev cells.State) cells.State {
	next := f.CoRNN.Step(b, x, prev)
	if f.lose {
		return cells.State{}.With("y", next.Get("y"))
	}
	return next.With("q", next.Get("y"))
}

// A memory that a Step loses, or that Begin does not have, is an error that names it, in a stack
// too; so is a Select of states of different cells.
func TestStateErrors(t *testing.T) {
	r := NewCoRNN("r", 2, 2, rand.New(rand.NewPCG(1, 1)))
	for want, build := range map[string]func(b *graph.Builder, x *graph.Node){
		`returned the memories ["y"], want those that it was given, ["y" "z"]`: func(b *graph.Builder, x *graph.Node) {
			cell := forgetful{r, true}
			cells.Unroll(b, cell, []*graph.Node{x}, nil, cells.Zeros(b, cell, 3))
		},
		`a cells_test.forgetful returned the memories ["y" "z" "q"], want those`: func(b *graph.Builder, x *graph.Node) {
			cell := cells.Stack{forgetful{r, false}}
			cells.Unroll(b, cell, []*graph.Node{x}, nil, cells.Zeros(b, cell, 3))
		},
		`Step of a cells_test.forgetful`: func(b *graph.Builder, x *graph.Node) {
			cell := forgetful{r, true}
			cells.Unroll(b, cell, []*graph.Node{x}, []*graph.Node{b.Ones(3)}, cells.Zeros(b, cell, 3))
		},
		`Select of a state of the memories ["y" "z"] and one of ["h"]`: func(b *graph.Builder, x *graph.Node) {
			cells.Zeros(b, r, 3).Select(b, b.Ones(3), cells.State{Hidden: x})
		},
		`Select of a state of the memories ["h"] and one of ["c"]`: func(b *graph.Builder, x *graph.Node) {
			cells.State{Hidden: x}.Select(b, b.Ones(3), cells.State{Cell: x})
		},
		`Select of a state of the memories ["0/y" "0/z"] and one of ["0/y" "0/z" "1/y" "1/z"]`: func(b *graph.Builder, x *graph.Node) {
			cells.Zeros(b, cells.Stack{r}, 3).Select(b, b.Ones(3), cells.Zeros(b, cells.Stack{r, r}, 3))
		},
		`Select of a state of the memories ["0/y" "0/z"] and one of ["0/h"]`: func(b *graph.Builder, x *graph.Node) {
			cells.Zeros(b, cells.Stack{r}, 3).Select(b, b.Ones(3), cells.State{Layers: []cells.State{{Hidden: x}}})
		},
		`layer 1, a cells_test.CoRNN, with a state of 1 layers`: func(b *graph.Builder, x *graph.Node) {
			cells.Skip{r, r}.Step(b, x, cells.Zeros(b, cells.Stack{r}, 3))
		},
	} {
		_, err := graph.Compile(func(b *graph.Builder) {
			x := b.Input("x", 3, 2)
			build(b, x)
			b.Output("x", x)
		}, graph.Settings{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
