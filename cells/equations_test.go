package cells_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/celltest"
	"github.com/seed-222a112c/lstm/graph"
)

// The equations of each cell as plain loops over single numbers. Of wrong equations a
// gradient check sees none that are differentiated rightly; this sees all.

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// affine returns element j of x·W + h·U + b for one row.
func affine(g cells.Gate, x, h []float64, j int) float64 {
	z := g.B.At(0, j)
	for k, v := range x {
		z += v * g.W.At(k, j)
	}
	for k, v := range h {
		z += v * g.U.At(k, j)
	}
	return z
}

// peep returns element j of x·W + h·U + c ⊙ p + b.
func peep(g cells.PeepholeGate, x, h []float64, c float64, j int) float64 {
	return affine(g.Gate, x, h, j) + c*g.P.At(0, j)
}

// lstmStep replaces the state of one row.
func lstmStep(l *cells.LSTM, x, h, c []float64) (nextH, nextC []float64) {
	for j := range h {
		i := sigmoid(affine(l.Input, x, h, j))
		f := sigmoid(affine(l.Forget, x, h, j))
		g := math.Tanh(affine(l.Candidate, x, h, j))
		o := sigmoid(affine(l.Output, x, h, j))
		nextC = append(nextC, f*c[j]+i*g)
		nextH = append(nextH, o*math.Tanh(nextC[j]))
	}
	return nextH, nextC
}

// hc makes a celltest.RowStep of a function from h and an element of c to elements of h′ and c′.
func hc(unit func(x, h []float64, c float64, j int) (nextH, nextC float64)) celltest.RowStep {
	return func(x []float64, s celltest.Row) celltest.Row {
		next := celltest.Row{}
		for j := range s["h"] {
			h, c := unit(x, s["h"], s["c"][j], j)
			next["h"], next["c"] = append(next["h"], h), append(next["c"], c)
		}
		return next
	}
}

// hOnly is hc for a cell without c.
func hOnly(unit func(x, h []float64, j int) float64) celltest.RowStep {
	return func(x []float64, s celltest.Row) celltest.Row {
		next := celltest.Row{}
		for j := range s["h"] {
			next["h"] = append(next["h"], unit(x, s["h"], j))
		}
		return next
	}
}

// specifications make each cell with its equations.
var specifications = map[string]celltest.NewWithEquations{
	"LSTM": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewLSTM("lstm", in, hidden, rng)
		return l, func(x []float64, s celltest.Row) celltest.Row {
			h, c := lstmStep(l, x, s["h"], s["c"])
			return celltest.Row{"h": h, "c": c}
		}
	},
	"RNN": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		r := cells.NewRNN("rnn", in, hidden, rng)
		return r, hOnly(func(x, h []float64, j int) float64 { return math.Tanh(affine(r.Update, x, h, j)) })
	},
	"ReluRNN": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		r := cells.NewReluRNN("rnn", in, hidden, rng)
		return r, hOnly(func(x, h []float64, j int) float64 { return math.Max(0, affine(r.Update, x, h, j)) })
	},
	"Peephole": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewPeephole("p", in, hidden, rng)
		return l, hc(func(x, h []float64, c float64, j int) (float64, float64) {
			i, f := sigmoid(peep(l.Input, x, h, c, j)), sigmoid(peep(l.Forget, x, h, c, j))
			c = f*c + i*math.Tanh(affine(l.Candidate, x, h, j))
			return sigmoid(peep(l.Output, x, h, c, j)) * math.Tanh(c), c
		})
	},
	"CIFG": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewCIFG("c", in, hidden, rng)
		return l, hc(func(x, h []float64, c float64, j int) (float64, float64) {
			i := sigmoid(affine(l.Input, x, h, j))
			c = (1-i)*c + i*math.Tanh(affine(l.Candidate, x, h, j))
			return sigmoid(affine(l.Output, x, h, j)) * math.Tanh(c), c
		})
	},
	"ClippedLSTM": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewClippedLSTM("c", in, hidden, 0.5, rng)
		clip := func(z float64) float64 { return math.Min(math.Max(z, -0.5), 0.5) }
		return l, hc(func(x, h []float64, c float64, j int) (float64, float64) {
			i, f := sigmoid(clip(affine(l.Input, x, h, j))), sigmoid(clip(affine(l.Forget, x, h, j)))
			c = f*c + i*math.Tanh(clip(affine(l.Candidate, x, h, j)))
			return sigmoid(clip(affine(l.Output, x, h, j))) * math.Tanh(c), c
		})
	},
	"NIG": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewNIG("p", in, hidden, rng)
		return l, hc(func(x, h []float64, c float64, j int) (float64, float64) {
			c = sigmoid(peep(l.Forget, x, h, c, j))*c + math.Tanh(affine(l.Candidate, x, h, j))
			return sigmoid(peep(l.Output, x, h, c, j)) * math.Tanh(c), c
		})
	},
	"NFG": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewNFG("p", in, hidden, rng)
		return l, hc(func(x, h []float64, c float64, j int) (float64, float64) {
			c += sigmoid(peep(l.Input, x, h, c, j)) * math.Tanh(affine(l.Candidate, x, h, j))
			return sigmoid(peep(l.Output, x, h, c, j)) * math.Tanh(c), c
		})
	},
	"NOG": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewNOG("p", in, hidden, rng)
		return l, hc(func(x, h []float64, c float64, j int) (float64, float64) {
			i, f := sigmoid(peep(l.Input, x, h, c, j)), sigmoid(peep(l.Forget, x, h, c, j))
			c = f*c + i*math.Tanh(affine(l.Candidate, x, h, j))
			return math.Tanh(c), c
		})
	},
	"NIAF": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewNIAF("p", in, hidden, rng)
		return l, hc(func(x, h []float64, c float64, j int) (float64, float64) {
			i, f := sigmoid(peep(l.Input, x, h, c, j)), sigmoid(peep(l.Forget, x, h, c, j))
			c = f*c + i*affine(l.Candidate, x, h, j)
			return sigmoid(peep(l.Output, x, h, c, j)) * math.Tanh(c), c
		})
	},
	"NOAF": func(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewNOAF("p", in, hidden, rng)
		return l, hc(func(x, h []float64, c float64, j int) (float64, float64) {
			i, f := sigmoid(peep(l.Input, x, h, c, j)), sigmoid(peep(l.Forget, x, h, c, j))
			c = f*c + i*math.Tanh(affine(l.Candidate, x, h, j))
			return sigmoid(peep(l.Output, x, h, c, j)) * c, c
		})
	},
	"Residual": func(in, _ int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		r := cells.NewRNN("rnn", in, in, rng)
		return cells.Residual{Of: r}, func(x []float64, s celltest.Row) celltest.Row {
			next := celltest.Row{}
			for j, v := range x {
				h := math.Tanh(affine(r.Update, x, s["0/h"], j))
				next["0/h"], next["y"] = append(next["0/h"], h), append(next["y"], v+h)
			}
			return next
		}
	},
	"Skip":         skipSpecification,
	"FGR":          fgrSpecification,
	"GRU":          gruSpecification,
	"OriginalGRU":  originalGRUSpecification,
	"LSTMP":        lstmpSpecification,
	"LayerNorm":    layerNormSpecification,
	"MemoryBlocks": memoryBlocksSpecification,
	"SLSTM":        slstmSpecification(1),
	"SLSTM of two": slstmSpecification(2),
	"MLSTM":        mlstmSpecification(1),
	"MLSTM of two": mlstmSpecification(2),
}

// Three layers of one, two and three units.
func skipSpecification(in, _ int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	layers := []*cells.RNN{cells.NewRNN("a", in, 1, rng), cells.NewRNN("b", in+1, 2, rng), cells.NewRNN("c", in+2, 3, rng)}
	return cells.Skip{layers[0], layers[1], layers[2]}, func(x []float64, s celltest.Row) celltest.Row {
		next := celltest.Row{}
		below := x
		for k, r := range layers {
			name := fmt.Sprintf("%d/h", k)
			for j := range k + 1 {
				next[name] = append(next[name], math.Tanh(affine(r.Update, below, s[name], j)))
			}
			below = slices.Concat(x, next[name])
			next["y"] = append(next["y"], next[name]...)
		}
		return next
	}
}

func fgrSpecification(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	l := cells.NewFGR("p", in, hidden, rng)
	return l, func(x []float64, s celltest.Row) celltest.Row {
		gate := func(g cells.PeepholeGate, c float64, j int) float64 {
			z := affine(cells.Gate{W: g.W, B: g.B}, x, nil, j) + c*g.P.At(0, j)
			for block, name := range []string{"h", "i", "f", "o"} {
				for k, v := range s[name] {
					z += v * g.U.At(block*hidden+k, j)
				}
			}
			return sigmoid(z)
		}
		next := celltest.Row{}
		for j, c := range s["c"] {
			i, f := gate(l.Input, c, j), gate(l.Forget, c, j)
			c = f*c + i*math.Tanh(affine(l.Candidate, x, s["h"], j))
			o := gate(l.Output, c, j)
			for name, v := range map[string]float64{"h": o * math.Tanh(c), "c": c, "i": i, "f": f, "o": o} {
				next[name] = append(next[name], v)
			}
		}
		return next
	}
}

func gruSpecification(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	u := cells.NewGRU("gru", in, hidden, rng)
	return u, hOnly(func(x, h []float64, j int) float64 {
		r, z := sigmoid(affine(u.Reset, x, h, j)), sigmoid(affine(u.Update, x, h, j))
		past := product(h, u.Candidate.U)[j] + u.RecurrentBias.At(0, j)
		return (1-z)*math.Tanh(affine(u.Candidate, x, nil, j)+r*past) + z*h[j]
	})
}

func originalGRUSpecification(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	u := cells.NewOriginalGRU("gru", in, hidden, rng)
	return u, hOnly(func(x, h []float64, j int) float64 {
		var reset []float64
		for k, v := range h {
			reset = append(reset, sigmoid(affine(u.Reset, x, h, k))*v)
		}
		z := sigmoid(affine(u.Update, x, h, j))
		return (1-z)*math.Tanh(affine(u.Candidate, x, reset, j)) + z*h[j]
	})
}

// The memory is wider than the output by two.
func lstmpSpecification(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	l := cells.NewLSTMP("p", in, hidden+2, hidden, rng)
	return l, func(x []float64, s celltest.Row) celltest.Row {
		var shown, memory []float64
		for j, c := range s["c"] {
			i, f := sigmoid(affine(l.Input, x, s["h"], j)), sigmoid(affine(l.Forget, x, s["h"], j))
			c = f*c + i*math.Tanh(affine(l.Candidate, x, s["h"], j))
			memory = append(memory, c)
			shown = append(shown, sigmoid(affine(l.Output, x, s["h"], j))*math.Tanh(c))
		}
		return celltest.Row{"h": product(shown, l.Projection), "c": memory}
	}
}

// product returns x·w for one row.
func product(x []float64, w *graph.Param) []float64 {
	_, cols := w.Shape()
	y := make([]float64, cols)
	for j := range y {
		for k, v := range x {
			y[j] += v * w.At(k, j)
		}
	}
	return y
}

// normalised returns a row with mean 0 and variance 1.
func normalised(x []float64) []float64 {
	mean, variance := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	var y []float64
	for _, v := range x {
		y = append(y, (v-mean)/math.Sqrt(variance+1e-5))
	}
	return y
}

// Of two units or more: one, normalised, is zero.
func layerNormSpecification(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	hidden++
	l := cells.NewLayerNormLSTM("ln", in, hidden, rng)
	return l, func(x []float64, s celltest.Row) celltest.Row {
		var fresh, past []float64
		for _, g := range []cells.Gate{l.Input, l.Forget, l.Candidate, l.Output} {
			fresh, past = append(fresh, product(x, g.W)...), append(past, product(s["h"], g.U)...)
		}
		fresh, past = normalised(fresh), normalised(past)
		z := func(g cells.Gate, k, j int) float64 {
			at := k*hidden + j
			return fresh[at]*l.InputGain.At(0, at) + past[at]*l.RecurrentGain.At(0, at) + g.B.At(0, j)
		}
		next := celltest.Row{}
		for j, c := range s["c"] {
			i, f := sigmoid(z(l.Input, 0, j)), sigmoid(z(l.Forget, 1, j))
			next["c"] = append(next["c"], f*c+i*math.Tanh(z(l.Candidate, 2, j)))
		}
		for j, c := range normalised(next["c"]) {
			read := c*l.CellGain.At(0, j) + l.CellBias.At(0, j)
			next["h"] = append(next["h"], sigmoid(z(l.Output, 3, j))*math.Tanh(read))
		}
		return next
	}
}

// Blocks of two cells; unit j is cell j%2 of block j/2.
func memoryBlocksSpecification(in, hidden int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	l := cells.NewMemoryBlocks("b", in, hidden, 2, rng)
	return l, func(x []float64, s celltest.Row) celltest.Row {
		var seen []float64
		seen = append(append(append(seen, s["h"]...), s["i"]...), s["o"]...)
		next := celltest.Row{}
		for block := range hidden {
			next["i"] = append(next["i"], sigmoid(affine(l.Input, x, seen, block)))
			next["o"] = append(next["o"], sigmoid(affine(l.Output, x, seen, block)))
		}
		for j, c := range s["c"] {
			c += next["i"][j/2] * (4*sigmoid(affine(l.Candidate, x, seen, j)) - 2)
			next["c"] = append(next["c"], c)
			next["h"] = append(next["h"], next["o"][j/2]*(2*sigmoid(c)-1))
		}
		return next
	}
}
