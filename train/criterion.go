package train

import (
	"strings"

	"github.com/pkg/errors"
)

// A Criterion says which of two validations is better. The zero value prefers the lower loss.
type Criterion struct {
	Metric  string // by its name; "loss" if empty
	Highest bool   // the highest number is the best, as of an accuracy, and not the lowest
}

// of returns the number that a validation is judged by: the lower, the better.
func (c Criterion) of(m Metrics) (float64, error) {
	name := c.Metric
	if name == "" {
		name = "loss"
	}
	x, ok := m.Get(name)
	if !ok {
		names := []string{"loss"}
		for _, v := range m.Values {
			names = append(names, v.Name)
		}
		return 0, errors.Errorf("train: no metric %q to choose the best model by; the model has %s", name, strings.Join(names, ", "))
	}
	if c.Highest {
		x = -x
	}
	return x, nil
}

// ofLoss tells whether models are chosen by their loss.
func (c Criterion) ofLoss() bool { return c.Metric == "" || c.Metric == "loss" }
