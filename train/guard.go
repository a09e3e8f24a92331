package train

import (
	"fmt"
	"math"
)

// A DivergedError reports a training whose loss left all bounds.
type DivergedError struct {
	Step  int     // at which it was noticed
	Loss  float64 // of that step, or the mean of the last ones
	First float64 // loss of the first step
	Norm  float64 // global norm of the gradient, if it was that that is not finite
}

func (e *DivergedError) Error() string {
	if !finite(e.Norm) {
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
	First  float64   `json:"first"`  // loss of the first step
	Recent []float64 `json:"recent"` // losses of the last guardWindow steps
}

// check returns an error if the loss of a step is not finite, or if the mean of the last
// ones is over three times the first. A mean, because the loss of a single batch of few
// examples may be that far off by chance.
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
	if mean := g.mean(); mean > guardFactor*g.First {
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

// good tells whether the weights are worth keeping: the loss is not above the first.
func (g *guard) good() bool { return g.mean() <= g.First }
