package graphgen

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A world is one setting of what may change between runs: the inputs and the parameters, each
// of one of two sets of values.
type world struct{ inputs, params int }

// worlds are those that programs run in. All but the first are changes of the one before.
var worlds = []world{{0, 0}, {1, 0}, {1, 1}}

// distributions draw the values of a leaf. Values of floats have few binary digits, so that
// they are the same in every format, bfloat16 too; equal ones are equal in every engine.
var distributions = map[string]func(rng *rand.Rand, x []float64){
	"uniform": each(func(rng *rand.Rand) float64 { return float64(rng.IntN(129)-64) / 64 }),
	"small":   each(func(rng *rand.Rand) float64 { return float64(rng.IntN(129)-64) / 512 }),
	"signs":   each(func(rng *rand.Rand) float64 { return float64(rng.IntN(3) - 1) }),
	"share":   each(func(rng *rand.Rand) float64 { return float64(rng.IntN(65)) / 64 }),
	"mask":    each(func(rng *rand.Rand) float64 { return float64(rng.IntN(2)) }),
	"counts":  each(func(rng *rand.Rand) float64 { return max(0, float64(rng.IntN(5)-1)) / 2 }),
	"zeros":   each(func(*rand.Rand) float64 { return 0 }),
	"ones":    each(func(*rand.Rand) float64 { return 1 }),
	"sorted": func(rng *rand.Rand, x []float64) { // ones, then zeros: sequences in order of length
		for i := range rng.IntN(len(x) + 1) {
			x[i] = 1
		}
	},
	"any": numbered, "same": numbered, "rising": numbered, // of index vectors, see ints
}

func numbered(*rand.Rand, []float64) {}

// ofIndices tells the distributions of index vectors.
func ofIndices(kind string) bool { return kind == "any" || kind == "same" || kind == "rising" }

func each(draw func(*rand.Rand) float64) func(*rand.Rand, []float64) {
	return func(rng *rand.Rand, x []float64) {
		for i := range x {
			x[i] = draw(rng)
		}
	}
}

// random returns the source of a leaf's values in one of their sets.
func (p *Program) random(s *Statement, set int) *rand.Rand {
	return rand.New(rand.NewPCG(p.Seed, uint64(s.ID)<<8+uint64(set)))
}

// floats returns the values of an input or a parameter of n elements.
func (p *Program) floats(s *Statement, w world) []float64 {
	x := make([]float64, s.int(0)*s.int(1))
	if s.Op == "Param" {
		distributions["uniform"](p.random(s, w.params), x)
		scale := math.Exp2(-math.Round(math.Log2(float64(s.int(0))) / 2)) // products stay within a few units
		for i := range x {
			x[i] *= scale
		}
		return x
	}
	distributions[s.Kind](p.random(s, w.inputs), x)
	return x
}

// ints returns the values of an index vector.
func (p *Program) ints(s *Statement, w world) []int {
	rng := p.random(s, w.inputs)
	x := make([]int, s.int(0))
	same := rng.IntN(s.int(1))
	for i := range x {
		if x[i] = rng.IntN(s.int(1)); s.Kind == "same" {
			x[i] = same
		}
	}
	if s.Kind == "rising" {
		slices.Sort(x)
	}
	return x
}
