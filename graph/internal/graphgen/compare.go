package graphgen

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// tolerance returns by how much values may differ relative to their largest: some rounding
// errors of the format for each statement.
func (p *Program) tolerance(d graph.Dtype) float64 {
	return 16 * epsilon(d) * float64(len(p.Statements))
}

// epsilon returns the distance from 1 to the next number.
func epsilon(d graph.Dtype) float64 {
	if d == graph.Float64 {
		return 1.0 / (1 << 52)
	}
	return 1.0 / (1 << 23)
}

// compare tells where values differ by more than rounding, or returns "". A difference beyond
// the tolerance is one that exceeds, too, many times what a change of the leaves by rounding
// does to the values.
func (c *checking) compare(world int, got, want values, d graph.Dtype) string {
	tolerance := c.program.tolerance(d)
	for _, name := range sortedNames(want) {
		far, scale, where := farthest(name, got[name], want[name])
		if !(far <= tolerance*scale) && !(far <= tolerance*scale+manyNoises*c.noise(world, name, d)) {
			return where
		}
	}
	return ""
}

// manyNoises is how many times what rounding the leaves does to a value all roundings on its way
// may do.
const manyNoises = 100

// Difference returns the largest difference of values by name, relative to the largest number
// of each value and to 1, and where it is.
func Difference(got, want map[string][]float64) (worst float64, where string) {
	for _, name := range sortedNames(want) {
		far, scale, at := farthest(name, got[name], want[name])
		if d := far / scale; d > worst || math.IsNaN(d) {
			worst, where = d, at
		}
	}
	return worst, where
}

// farthest returns the largest difference of two elements, the scale of the value, and where it
// is. Values of different lengths differ without bound; if a difference is NaN the largest one is.
func farthest(name string, got, want []float64) (far, scale float64, where string) {
	if len(got) != len(want) {
		return math.Inf(1), 1, fmt.Sprintf("%s has %d elements, want %d", name, len(got), len(want))
	}
	scale = 1
	for i, w := range want {
		scale = max(scale, math.Abs(w))
		if d := math.Abs(got[i] - w); d > far || math.IsNaN(d) {
			far, where = d, fmt.Sprintf("%s[%d] = %.9g, want %.9g", name, i, got[i], w)
		}
	}
	return far, scale, where
}

// noise returns how far a value moves when the leaves change by a few rounding errors of the
// format.
func (c *checking) noise(world int, name string, d graph.Dtype) (most float64) {
	if c.noises[d] == nil {
		for try := range 3 {
			rng := rand.New(rand.NewPCG(uint64(try), 5))
			moved, err := c.program.run(oracle, func(_ *Statement, x []float64) {
				for i := range x {
					x[i] *= 1 + 2*epsilon(d)*rng.NormFloat64()
				}
			}, nil)
			if err != nil {
				return 0
			}
			c.noises[d] = append(c.noises[d], moved...)
		}
	}
	for i := world; i < len(c.noises[d]); i += len(worlds) {
		for k, x := range c.noises[d][i][name] {
			most = max(most, math.Abs(x-c.want[world][name][k]))
		}
	}
	return most
}

// sameBits tells where values differ at all.
func sameBits(got, want values) string {
	for _, name := range sortedNames(want) {
		for i, w := range want[name] {
			if g := got[name][i]; math.Float64bits(g) != math.Float64bits(w) {
				return fmt.Sprintf("%s[%d] is %.17g and %.17g", name, i, g, w)
			}
		}
	}
	return ""
}

func sortedNames(v values) []string {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
