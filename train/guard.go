package train

import (
	"fmt"
	"math"
)

// A DivergedError reports a training whose loss left all bounds.
type DivergedError struct {
	Step   int     // at which it was noticed
	Loss   float64 // of that step or its validation, or the mean of the last ones
	First  float64 // loss of the first step
	Norm   float64 // global norm of the gradient, if it was that that is not finite
	Weight string  // a parameter that is not finite, if it was that
}

func (e *DivergedError) Error() string {
	switch {
	case e.Weight != "":
		return fmt.Sprintf("train: diverged at step %d: parameter %q is not finite after it; try a lower learning rate or clipping", e.Step, e.Weight)
	case !finite(e.Norm):
		return fmt.Sprintf("train: diverged at step %d: the norm of the gradient is %g; try a lower learning rate", e.Step, e.Norm)
	}
	return fmt.Sprintf("train: diverged at step %d: the loss is %g and was %g at first; try a lower learning rate or clipping", e.Step, e.Loss, e.First)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

const (
	guardWindow = 10  // steps whose mean loss is held against the first
	guardFactor = 3.0 // how far above the first it may be
)

// A guard watches the loss.
type guard struct {
	Baseline float64   `json:"ignorance"` // about the loss of a model that knows nothing
	First    float64   `json:"first"`     // loss of the first step
	Recent   []float64 `json:"recent"`    // losses of the last guardWindow steps
}

// check returns an error if the loss of a step is not finite, or if the mean of the last
// ones is over three times the first and over three times that of a model that knows
// nothing. A mean, because the loss of a single batch of few examples may be that far off
// by chance, and not the first alone, because that may be small by chance.
func (g *guard) check(step int, loss float64) *DivergedError {
	if step == 1 {
		g.First = loss
	}
	if g.Recent = append(g.Recent, loss); len(g.Recent) > guardWindow {
		g.Recent = g.Recent[1:]
	}
	if !finite(loss) {
		return &DivergedError{Step: step, Loss: loss, First: g.First}
	}
	if mean := g.mean(); g.far(mean) {
		return &DivergedError{Step: step, Loss: mean, First: g.First}
	}
	return nil
}

func (g *guard) mean() float64 {
	sum := 0.0
	for _, x := range g.Recent {
		sum += x
	}
	return sum / float64(len(g.Recent))
}

// last returns the loss of the last step, NaN if there was none.
func (g *guard) last() float64 {
	if len(g.Recent) == 0 {
		return math.NaN()
	}
	return g.Recent[len(g.Recent)-1]
}

// bound is what a training that goes well stays below.
func (g *guard) bound() float64 { return max(g.First, g.Baseline) }

// far tells whether a loss is one that no training that goes well has.
func (g *guard) far(loss float64) bool { return loss > guardFactor*g.bound() }

// good tells whether the weights that the last loss was computed with are worth keeping.
func (g *guard) good() bool {
	return g.mean() <= g.bound() && g.last() <= g.bound()
}
