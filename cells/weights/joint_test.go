package weights_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// matVec returns x·W + b for W of as many columns as b has.
func matVec(x, w, b []float64) []float64 {
	z := append([]float64{}, b...)
	for row, v := range x {
		for col := range z {
			z[col] += v * w[row*len(z)+col]
		}
	}
	return z
}

// lstmCell is the LSTMCell of TensorFlow 1 for one row, in plain loops, with its variables by
// name: the columns of the kernel are for i, j, f and o.
func lstmCell(variable map[string][]float64, x, h, c []float64, forgetBias float64) (nextH, nextC []float64) {
	z := matVec(append(append([]float64{}, x...), h...), variable["kernel"], variable["bias"])
	n := len(c)
	for k := range c {
		i, j, f, o := z[k], z[n+k], z[2*n+k], z[3*n+k]
		if variable["w_f_diag"] != nil {
			f += variable["w_f_diag"][k] * c[k]
			i += variable["w_i_diag"][k] * c[k]
		}
		nextC = append(nextC, sigmoid(f+forgetBias)*c[k]+sigmoid(i)*math.Tanh(j))
		if variable["w_o_diag"] != nil {
			o += variable["w_o_diag"][k] * nextC[k]
		}
		nextH = append(nextH, sigmoid(o)*math.Tanh(nextC[k]))
	}
	if w := variable["projection/kernel"]; w != nil {
		nextH = matVec(nextH, w, make([]float64, len(h)))
	}
	return nextH, nextC
}

// gruCell is the GRUCell of TensorFlow 1: the columns of the gates' kernel are for r and u.
func gruCell(variable map[string][]float64, x, h []float64) (nextH []float64) {
	z := matVec(append(append([]float64{}, x...), h...), variable["gates/kernel"], variable["gates/bias"])
	n := len(h)
	past := append([]float64{}, x...)
	for k := range h {
		past = append(past, sigmoid(z[k])*h[k])
	}
	fresh := matVec(past, variable["candidate/kernel"], variable["candidate/bias"])
	for k := range h {
		u := sigmoid(z[n+k])
		nextH = append(nextH, u*h[k]+(1-u)*math.Tanh(fresh[k]))
	}
	return nextH
}

// A wrong order of the gates, kernels on the wrong side, a forget bias that is not taken off
// or that is taken off another gate's, peepholes of another gate.
func TestJointEquations(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for _, test := range []struct {
		name       string
		module     func(*rand.Rand) weights.Module
		out        int // size of h
		forgetBias float64
	}{
		{"LSTM", newLSTM, hidden, 1},
		{"LSTM with another forget bias", newLSTM, hidden, 0.25},
		{"LSTM with peepholes", newPeephole, hidden, 1},
		{"LSTM with projection", newLSTMP, outputs, 1},
		{"GRU", newOriginalGRU, hidden, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			cell := test.module(rng).(cells.Cell)
			randomise(cell, rng)
			x, h, c := draw(inputs, rng), draw(test.out, rng), draw(hidden, rng)
			tensors, err := weights.TensorFlow("", cell, test.forgetBias)
			if err != nil {
				t.Fatal(err)
			}
			variable := map[string][]float64{}
			for _, tensor := range tensors {
				variable[tensor.Name] = tensor.Floats()
			}
			if test.name == "GRU" {
				state := step(t, cell, x, map[string][]float64{"h": h})
				graphtest.CheckClose(t, "h", state["h"], gruCell(variable, x, h), 1e-12)
				return
			}
			wantH, wantC := lstmCell(variable, x, h, c, test.forgetBias)
			state := step(t, cell, x, map[string][]float64{"h": h, "c": c})
			graphtest.CheckClose(t, "h", state["h"], wantH, 1e-12)
			graphtest.CheckClose(t, "c", state["c"], wantC, 1e-12)
		})
	}
}

// Haiku's LSTM is TensorFlow's with a forget bias of 1 under other names.
func TestHaikuEquations(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 4))
	cell := newLSTM(rng).(cells.Cell)
	randomise(cell, rng)
	tensors, err := weights.Haiku("", cell)
	if err != nil {
		t.Fatal(err)
	}
	x, h, c := draw(inputs, rng), draw(hidden, rng), draw(hidden, rng)
	wantH, wantC := lstmCell(map[string][]float64{"kernel": tensors[0].Floats(), "bias": tensors[1].Floats()}, x, h, c, 1)
	state := step(t, cell, x, map[string][]float64{"h": h, "c": c})
	graphtest.CheckClose(t, "h", state["h"], wantH, 1e-12)
	graphtest.CheckClose(t, "c", state["c"], wantC, 1e-12)
}

// randomise makes the cell one of float64 and draws all its parameters.
func randomise(cell cells.Cell, rng *rand.Rand) {
	for _, p := range cell.Params() {
		graph.Convert(graph.Float64, p)
		graph.Uniform(p, 1, rng)
	}
}

func draw(n int, rng *rand.Rand) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// step runs one step of a cell in float64 for one row.
func step(t *testing.T, cell cells.Cell, x []float64, state map[string][]float64) map[string][]float64 {
	t.Helper()
	p, err := graph.Compile(func(b *graph.Builder) {
		start := cell.Begin(func(name string, width int) *graph.Node { return b.Input(name, 1, width) })
		next := cell.Step(b, b.Input("x", 1, len(x)), start)
		next.Map(func(name string, n *graph.Node) *graph.Node { b.Output(name, n); return n })
	}, graph.Settings{Dtype: graph.Float64})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.SetFloats("x", x); err != nil {
		t.Fatal(err)
	}
	for name, values := range state {
		if err := p.SetFloats(name, values); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	next := map[string][]float64{}
	for name := range state {
		next[name] = p.Floats(name)
	}
	return next
}
