// Package optimtest holds the tests that every solver must pass, and a parameter
// that needs no graph.
package optimtest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Param is a parameter of a model that is no more than its weights and their
// gradient. It implements gorgonia.ValueGrad.
type Param struct {
	W *tensor.Dense // weights
	G *tensor.Dense // their gradient, of the same shape; nil means that there is none
}

var _ gorgonia.ValueGrad = (*Param)(nil)

// NewParam returns a parameter of the given shape over copies of the weights and
// of their gradient, both in row-major order.
func NewParam[F float32 | float64](shape []int, weights, gradient []F) *Param {
	dense := func(values []F) *tensor.Dense {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Clone(values)))
	}
	return &Param{W: dense(weights), G: dense(gradient)}
}

// Value returns the weights.
func (p *Param) Value() gorgonia.Value { return p.W }

// Grad returns the gradient, or an error if there is none.
func (p *Param) Grad() (gorgonia.Value, error) {
	if p.G == nil {
		return nil, errors.New("optimtest: no gradient")
	}
	return p.G, nil
}

// TestSolver checks that the solvers that newSolver returns, each without any
// steps taken, follow the conventions of Gorgonia's: they change weights in place,
// against the gradient; they zero gradients; the same
// gradients give the same bits; a parameter without a gradient is an error. The
// learning rate should be around 0.001.
func TestSolver(t *testing.T, newSolver func() gorgonia.Solver) {
	t.Run("float32", func(t *testing.T) { testSolver[float32](t, newSolver) })
	t.Run("float64", func(t *testing.T) { testSolver[float64](t, newSolver) })
	t.Run("missing gradient", func(t *testing.T) {
		p := NewParam([]int{2}, []float64{1, 2}, []float64{1, 2})
		p.G = nil
		if err := newSolver().Step([]gorgonia.ValueGrad{p}); err == nil {
			t.Error("no error")
		}
	})
}

func testSolver[F float32 | float64](t *testing.T, newSolver func() gorgonia.Solver) {
	target := [][]F{{0.3, -0.2, 0, 0.1, 0.7, -0.5}, {0.25}, {-1, 1}}
	shapes := [][]int{{2, 3}, {1}, {1, 2}}
	newModel := func() (model []gorgonia.ValueGrad, weights, gradients [][]F) {
		rng := rand.New(rand.NewPCG(5, 6))
		for i, shape := range shapes {
			w := make([]F, len(target[i]))
			for j := range w {
				w[j] = F(rng.NormFloat64())
			}
			p := NewParam(shape, w, make([]F, len(w)))
			model = append(model, p)
			weights = append(weights, p.W.Data().([]F))
			gradients = append(gradients, p.G.Data().([]F))
		}
		return model, weights, gradients
	}

	// run takes steps down Σ ½(w − target)², whose gradient is w − target.
	run := func(steps int) (before, after [][]F) {
		model, weights, gradients := newModel()
		for i := range weights {
			before = append(before, slices.Clone(weights[i]))
		}
		solver := newSolver()
		for step := range steps {
			for i := range weights {
				for j := range weights[i] {
					gradients[i][j] = weights[i][j] - target[i][j]
				}
			}
			if err := solver.Step(model); err != nil {
				t.Fatal(err)
			}
			for i, g := range gradients {
				if slices.ContainsFunc(g, func(v F) bool { return v != 0 }) {
					t.Fatalf("step %d left gradient %d at %v, expected zeros", step, i, g)
				}
			}
		}
		return before, weights
	}

	before, after := run(20)
	for i := range after {
		for j := range after[i] {
			if was, is := distance(before[i][j], target[i][j]), distance(after[i][j], target[i][j]); !(is < was) {
				t.Errorf("parameter %d, element %d: %v from the minimum, then %v; expected in place and downhill", i, j, was, is)
			}
		}
	}
	if _, again := run(20); !slices.EqualFunc(after, again, slices.Equal[[]F]) {
		t.Errorf("the same steps gave %v, then %v", after, again)
	}
}

func distance[F float32 | float64](a, b F) F { return max(a-b, b-a) }
