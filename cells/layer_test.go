package cells_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// lstmRow runs the equations of an LSTM over one row from a state of zeros and returns its
// outputs.
func lstmRow(l *cells.LSTM, hidden int, xs [][]float64) (outputs [][]float64) {
	h, c := make([]float64, hidden), make([]float64, hidden)
	for _, x := range xs {
		h, c = lstmStep(l, x, h, c)
		outputs = append(outputs, h)
	}
	return outputs
}

// Each merge is of both readings of each row within its own length, also at the end; what the
// padding holds, forward the last output and backward the first state, is merged too.
func TestBidirectional(t *testing.T) {
	const in, hidden, steps = 2, 3, 4
	rng := rand.New(rand.NewPCG(1, 4))
	forward, backward := cells.NewLSTM("f", in, hidden, rng), cells.NewLSTM("b", in, hidden, rng)
	graph.Convert(graph.Float64, append(forward.Params(), backward.Params()...)...)
	s := newSequence(3, steps, in, []int{4, 0, 3}, rng)
	for merge, f := range map[cells.Merge]func(y, z []float64) []float64{
		"":            func(y, z []float64) []float64 { return slices.Concat(y, z) },
		cells.Concat:  func(y, z []float64) []float64 { return slices.Concat(y, z) },
		cells.Sum:     elementwise(func(y, z float64) float64 { return y + z }),
		cells.Product: elementwise(func(y, z float64) float64 { return y * z }),
		cells.Average: elementwise(func(y, z float64) float64 { return (y + z) / 2 }),
	} {
		p := s.compileLayer(t, cells.Bidirectional{Forward: forward, Backward: backward, Merge: merge})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		want := make([][]float64, steps+1) // the last is the output at the end
		for row, n := range s.lengths {
			xs := s.row(row)[:n]
			there := lstmRow(forward, hidden, xs)
			slices.Reverse(xs)
			back := lstmRow(backward, hidden, xs)
			slices.Reverse(back)
			zeros := make([]float64, hidden)
			for len(there) < steps {
				last := zeros
				if len(there) > 0 {
					last = there[len(there)-1]
				}
				there, back = append(there, last), append(back, zeros)
			}
			for step := range steps {
				want[step] = append(want[step], f(there[step], back[step])...)
			}
			want[steps] = append(want[steps], f(there[steps-1], back[0])...)
		}
		for step := range steps {
			graphtest.CheckClose(t, fmt.Sprintf("merge %q, step %d", merge, step), p.Floats(fmt.Sprintf("y%d", step)), want[step], 1e-12)
		}
		graphtest.CheckClose(t, fmt.Sprintf("merge %q at the end", merge), p.Floats("end/output"), want[steps], 1e-12)
	}
}

func elementwise(f func(y, z float64) float64) func(y, z []float64) []float64 {
	return func(y, z []float64) (merged []float64) {
		for i := range y {
			merged = append(merged, f(y[i], z[i]))
		}
		return merged
	}
}

// row returns the inputs of one row.
func (s *sequence) row(i int) (xs [][]float64) {
	for _, x := range s.x {
		xs = append(xs, x[i*s.in:(i+1)*s.in])
	}
	return xs
}

// A merge or a state that cannot be is an error that says so.
func TestLayerErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	lstm, gru := cells.NewLSTM("l", 2, 2, rng), cells.NewGRU("g", 2, 2, rng)
	masks := &cells.Masks{}
	for want, layer := range map[string]cells.Layer{
		`no merge "max"`:     cells.Bidirectional{Forward: lstm, Backward: gru, Merge: "max"},
		"whose h is its mem": cells.Forward{Cell: cells.Variational{Cell: gru, Recurrent: 0.5, Masks: masks}},
		"want it in [0, 1)":  cells.Forward{Cell: cells.Dropout{Cell: gru, Rate: 1, Masks: masks}},
		"Zoneout of c of a":  cells.Forward{Cell: cells.Zoneout{Cell: gru, Rates: map[string]float64{"c": 0.5}}},
		"Zoneout of h of a":  cells.Forward{Cell: cells.Zoneout{Cell: cells.Stack{gru}, Rates: map[string]float64{"h": 0.5}}},
		"which has no h":     cells.Forward{Cell: cells.Variational{Cell: cells.NewMLSTM("m", 2, 2, 1, rng), Recurrent: 0.5}},
		"want equal shapes":  cells.Forward{Cell: cells.Residual{Of: cells.NewRNN("r", 2, 3, rng)}},
		"Stack of 0 layers":  cells.Forward{Cell: cells.Stack{}},
		`Zoneout of u of a *cells.GRU, which has no memory of that name; it has ["h"]`: cells.Forward{Cell: cells.Zoneout{Cell: gru, Rates: map[string]float64{"u": 0.5}}},
		"; wrap the cells inside it":                                 cells.Forward{Cell: cells.Zoneout{Cell: cells.Stack{gru}, Rates: map[string]float64{"0/h": 0.5}}},
		"Zoneout of n of a cells.Variational: it is held in a scale": cells.Forward{Cell: cells.Zoneout{Cell: cells.Variational{Cell: cells.NewSLSTM("s", 2, 2, 1, rng)}, Rates: map[string]float64{"h": 0.5, "n": 0.1}}},
		"Zoneout of C of a *cells.MLSTM: it is held in a scale":      cells.Forward{Cell: cells.Zoneout{Cell: cells.NewMLSTM("m", 2, 2, 1, rng), Rates: map[string]float64{"C": 0.5}}},
		"a dropout rate of -0.5":                                     cells.Forward{Cell: cells.Zoneout{Cell: gru, Rates: map[string]float64{"h": -0.5}}},
		"graph: MatMul of (3":                                        cells.Layers{cells.Forward{Cell: cells.NewRNN("r", 2, 3, rng)}, cells.Forward{Cell: gru}},
	} {
		_, err := graph.Compile(func(b *graph.Builder) {
			xs := []*graph.Node{b.Input("x0", 3, 2), b.Input("x1", 3, 2)}
			ys, _ := layer.Over(b, xs, nil, cells.Zeros(b, layer, 3))
			if b.Err() == nil {
				b.Output("y", ys[0])
			}
		}, graph.Settings{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
