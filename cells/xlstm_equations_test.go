package cells_test

import (
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/celltest"
)

// stabilise returns the gates and the stabiliser of the xLSTM's cells.
func stabilise(logI, logF, m float64) (i, f, next float64) {
	next = math.Max(logF+m, logI)
	return math.Exp(logI - next), math.Exp(logF + m - next), next
}

func slstmSpecification(heads int) func(in, d int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	return func(in, d int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewSLSTM("s", in, d*heads, heads, rng)
		return l, func(x []float64, s celltest.Row) celltest.Row {
			next := celltest.Row{}
			for j := range d * heads {
				first := j / d * d // of the head's units
				z := func(g cells.Gate) float64 {
					z := affine(cells.Gate{W: g.W, B: g.B}, x, nil, j)
					for k := first; k < first+d; k++ {
						z += s["h"][k] * g.U.At(k, j-first)
					}
					return z
				}
				i, f, m := stabilise(z(l.Input), math.Log(sigmoid(z(l.Forget))), s["m"][j])
				c := f*s["c"][j] + i*math.Tanh(z(l.Candidate))
				n := f*s["n"][j] + i
				for name, v := range map[string]float64{"h": sigmoid(z(l.Output)) * c / n, "c": c, "n": n, "m": m} {
					next[name] = append(next[name], v)
				}
			}
			return next
		}
	}
}

func mlstmSpecification(heads int) func(in, d int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
	return func(in, d int, rng *rand.Rand) (cells.Cell, celltest.RowStep) {
		l := cells.NewMLSTM("m", in, d*heads, heads, rng)
		return l, func(x []float64, s celltest.Row) celltest.Row {
			next := celltest.Row{}
			for head := range heads {
				of := func(g cells.Gate, k int) float64 { return affine(g, x, nil, head*d+k) }
				key := func(k int) float64 {
					return product(x, l.Key.W)[head*d+k]/math.Sqrt(float64(d)) + l.Key.B.At(0, head*d+k)
				}
				i, f, m := stabilise(affine(l.Input, x, nil, head), math.Log(sigmoid(affine(l.Forget, x, nil, head))), s["m"][head])
				next["m"] = append(next["m"], m)
				weight := 0.0
				for k := range d {
					n := f*s["n"][head*d+k] + i*key(k)
					next["n"] = append(next["n"], n)
					weight += n * of(l.Query, k)
				}
				for j := range d {
					read := 0.0
					for k := range d {
						c := f*s["C"][(head*d+j)*d+k] + i*of(l.Value, j)*key(k)
						next["C"] = append(next["C"], c)
						read += c * of(l.Query, k)
					}
					next["y"] = append(next["y"], sigmoid(of(l.Output, j))*read/math.Max(math.Abs(weight), math.Exp(-m)))
				}
			}
			return next
		}
	}
}
