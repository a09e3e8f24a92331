package graphgen

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
)

// slopeTolerance bounds the difference between a slope and its central difference, relative to
// the terms that it is the sum of.
const slopeTolerance = 1e-5

// checkSlope compares the slope of the objective along a random direction of all parameters and
// probes with central differences of plain loops.
func (p *Program) checkSlope(got values, plain map[int]array) string {
	slope, terms := 0.0, 1.0
	directions := map[int][]float64{}
	rng := rand.New(rand.NewPCG(p.Seed, 13))
	for i := range p.Statements {
		s := &p.Statements[i]
		g := got["gradient of "+name(s.ID)]
		if s.Op == "Gradient" {
			g = got[name(s.ID)]
		}
		if s.Op != "Param" && s.Op != "Gradient" {
			continue
		}
		direction := make([]float64, len(g))
		for k := range direction {
			direction[k] = rng.NormFloat64() / math.Sqrt(float64(len(g)))
			slope += direction[k] * g[k]
			terms += math.Abs(direction[k] * g[k])
		}
		directions[s.ID] = direction
	}
	if len(directions) == 0 {
		return ""
	}
	var numeric float64
	for _, h := range []float64{1e-5, 1e-4, 1e-6} {
		numeric = (p.lossAlong(directions, h, plain) - p.lossAlong(directions, -h, plain)) / (2 * h)
		if math.Abs(numeric-slope) <= slopeTolerance*terms {
			return ""
		}
	}
	return fmt.Sprintf("the slope of the objective is %.9g, and %.9g by central differences", slope, numeric)
}

// lossAlong returns the objective in the first world, h along the directions from where plain loops
// computed it.
func (p *Program) lossAlong(directions map[int][]float64, h float64, at map[int]array) float64 {
	e := &evaluation{program: p, world: worlds[0], lenient: true, stopped: at, perturb: func(s *Statement, x []float64) {
		for k, d := range directions[s.ID] {
			x[k] += h * d
		}
	}}
	plain, err := e.run()
	if err != nil {
		panic(errors.Wrap(err, "graphgen: a program that could be computed"))
	}
	loss, _ := p.outputs(plain)
	return loss["loss"][0]
}
