package task

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
)

// Sampling says how the next token is drawn from a model's probabilities. Temperature
// comes first, then TopK, then TopP.
type Sampling struct {
	Temperature float64 // divides the logits; 0 takes the most probable token
	TopK        int     // keep the K most probable tokens; 0 keeps all
	TopP        float64 // keep the fewest tokens whose probabilities sum to P; 0 or 1 keeps all
}

// Check returns an error that names the first field that cannot be.
func (s Sampling) Check() error {
	switch {
	case !(s.Temperature >= 0) || math.IsInf(s.Temperature, 1):
		return errors.Errorf("task: temperature %g, want 0 or more", s.Temperature)
	case s.TopK < 0:
		return errors.Errorf("task: top-k %d, want 0 or more", s.TopK)
	case !(s.TopP >= 0 && s.TopP <= 1):
		return errors.Errorf("task: top-p %g, want it in [0, 1]", s.TopP)
	}
	return nil
}

// Draw returns a token number drawn from the softmax of logits as s says. Equal logits
// rank by token number.
func (s Sampling) Draw(logits []float64, rng *rand.Rand) int {
	var m samplerMemory
	return m.draw(s, logits, rng)
}

// A samplerMemory is what drawing a token needs, to be used again for the next one.
type samplerMemory struct {
	order   []int
	weights []float64
}

func (m *samplerMemory) draw(s Sampling, logits []float64, rng *rand.Rand) int {
	order := m.rank(logits)
	if s.Temperature == 0 {
		return order[0]
	}
	if s.TopK > 0 && s.TopK < len(order) {
		order = order[:s.TopK]
	}
	weights, total := m.weights[:0], 0.0
	for _, k := range order {
		w := math.Exp((logits[k] - logits[order[0]]) / s.Temperature)
		weights = append(weights, w)
		total += w
	}
	m.weights = weights
	if s.TopP > 0 && s.TopP < 1 {
		weights, total = nucleus(weights, s.TopP*total)
	}
	at := rng.Float64() * total
	for i, w := range weights {
		if at -= w; at < 0 {
			return order[i]
		}
	}
	return order[len(weights)-1]
}

// rank returns the token numbers, those of larger logits first.
func (m *samplerMemory) rank(logits []float64) []int {
	m.order = m.order[:0]
	for i := range logits {
		m.order = append(m.order, i)
	}
	slices.SortStableFunc(m.order, func(a, b int) int {
		switch {
		case logits[a] > logits[b]:
			return -1
		case logits[a] < logits[b]:
			return 1
		}
		return 0
	})
	return m.order
}

// nucleus returns the first of the falling weights that sum to enough.
func nucleus(weights []float64, enough float64) (kept []float64, total float64) {
	for i, w := range weights {
		if total += w; total >= enough {
			return weights[:i+1], total
		}
	}
	return weights, total
}
