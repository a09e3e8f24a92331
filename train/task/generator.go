package task

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
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
	order := make([]int, len(logits))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case logits[a] > logits[b]:
			return -1
		case logits[a] < logits[b]:
			return 1
		}
		return 0
	})
	if s.Temperature == 0 {
		return order[0]
	}
	if s.TopK > 0 && s.TopK < len(order) {
		order = order[:s.TopK]
	}
	weights, total := make([]float64, len(order)), 0.0
	for i, k := range order {
		weights[i] = math.Exp((logits[k] - logits[order[0]]) / s.Temperature)
		total += weights[i]
	}
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

// nucleus returns the first of the falling weights that sum to enough.
func nucleus(weights []float64, enough float64) (kept []float64, total float64) {
	for i, w := range weights {
		if total += w; total >= enough {
			return weights[:i+1], total
		}
	}
	return weights, total
}

// A Generator writes text with a language model, one token at a time.
type Generator struct {
	program *Program
	batch   data.Batch
	logits  []float64 // of the token after those seen; nil before the first
}

// NewGenerator returns a Generator that has seen nothing. The model's parameters must not
// change while it is in use.
func NewGenerator(m *Model) (*Generator, error) {
	if !m.Config.Task.LanguageModel() {
		return nil, errors.Errorf("task: a model of task %q does not generate text", m.Config.Task)
	}
	program, err := m.compile(1, 1, train.Compilation{})
	if err != nil {
		return nil, err
	}
	program.Freeze()
	g := &Generator{program: program}
	g.batch = data.Batch{Steps: 1, Rows: 1, Inputs: make([]int, 1), Targets: make([]int, 1), Weights: []float64{0}, Reset: true}
	return g, nil
}

// See hands the model a token: one of a prompt, or one that it drew itself.
func (g *Generator) See(token int) error {
	g.batch.Inputs[0] = token
	if _, err := g.program.Run(&g.batch, 0, nil); err != nil {
		return err
	}
	g.batch.Reset = false
	g.logits = g.program.graph.Floats("logits")
	return nil
}

// Probabilities returns the probability of each token to be the next, or nil before
// anything was seen.
func (g *Generator) Probabilities() []float64 {
	if g.logits == nil {
		return nil
	}
	return g.program.graph.Floats("probabilities")
}

// Next draws the next token and hands it to the model. Before anything was seen all
// tokens are equally probable.
func (g *Generator) Next(s Sampling, rng *rand.Rand) (token int, err error) {
	if g.logits == nil {
		token = rng.IntN(g.program.model.Vocabulary.Len())
	} else {
		token = s.Draw(g.logits, rng)
	}
	return token, g.See(token)
}

// Close releases the model's program.
func (g *Generator) Close() error { return g.program.Close() }
