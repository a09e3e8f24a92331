package task

import (
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/bptt"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
)

// The language models.
const (
	Characters Kind = "char" // of characters or bytes
	Words      Kind = "word" // of words
)

// A languageModel predicts the token after each token of a text.
type languageModel struct{ classes }

var _ Task = languageModel{}

// Reading says that a text is read in pieces.
func (languageModel) Reading() Reading { return Carried }

// Outputs returns V.
func (languageModel) Outputs(m schema.Schema) (int, error) {
	if m.Vocabulary == nil || m.Labels != nil || m.Affixes != nil {
		return 0, errors.Errorf("task: a language model needs a vocabulary and has no labels; it is given %s", m)
	}
	return m.Vocabulary.Len(), nil
}

// Count counts the tokens that were the most probable.
func (languageModel) Count(_ *Model, p *graph.Program, batch *data.Batch) train.Counts {
	var right, all float64
	for i, predicted := range p.Argmax("logits", nil) {
		all += batch.Weights[i]
		if predicted == batch.Targets[i] {
			right += batch.Weights[i]
		}
	}
	return train.Counts{"right": {right, all}}
}

// Counted returns the size of what Count counts.
func (languageModel) Counted(*Model) map[string]int { return map[string]int{"right": 2} }

// Report fills in accuracy, perplexity and, of characters, bits per character.
func (languageModel) Report(m *Model, counts train.Counts, r *train.Metrics) {
	r.Add("perplexity", metrics.Perplexity(r.Loss))
	if m.Vocabulary.Unit() != schema.Word {
		r.Add("bits_per_char", metrics.BitsPerCharacter(r.Loss))
	}
	r.Add("accuracy", counts.Mean("right"))
}

// A Generator writes text with a language model, one token at a time. It is for one goroutine at a
// time; any number of Generators may share a model. Between two tokens it allocates nothing.
type Generator struct {
	model  *Model
	graph  *graph.Program // of one step of one row
	names  []string       // of the memories of the cells
	starts []string       // of the inputs for these
	ends   []string       // of the outputs of these
	token  []int
	begun  bool
	logits []float64 // of the token after those seen
	shares []float64 // their softmax
	memory samplerMemory
}

// NewGenerator returns a Generator that has seen nothing. The model's parameters must not change
// while it is in use.
func NewGenerator(m *Model, s Serving) (*Generator, error) {
	s, err := s.complete()
	if err != nil {
		return nil, err
	}
	if s.Rows > 1 || s.Parallel > 1 {
		return nil, errors.Errorf("task: a Generator with Serving.Rows of %d and Parallel of %d, want 1: it writes one text", s.Rows, s.Parallel)
	}
	if m, err = s.served(m, Characters, Words); err != nil {
		return nil, err
	}
	g := &Generator{model: m, token: make([]int, 1)}
	g.graph, err = graph.Compile(g.build, s.graph())
	if err != nil {
		return nil, err
	}
	g.graph.Freeze()
	m.Recurrent().Begin(func(name string, _ int) *graph.Node {
		g.names, g.starts, g.ends = append(g.names, name), append(g.starts, "start/"+name), append(g.ends, "end/"+name)
		return nil
	})
	return g, nil
}

// build adds one step of the model, without a loss.
func (g *Generator) build(b *graph.Builder) {
	logits := g.model.outputsOf(&train.Graph{Graph: &bptt.Graph{Builder: b}}, 1, 1)
	b.Output("logits", logits)
	g.model.Task().Predict(b, logits)
}

// See hands the model a token: one of a prompt, or one that it drew itself.
func (g *Generator) See(token int) error {
	g.token[0] = token
	if err := g.graph.SetInts("tokens", g.token); err != nil {
		return err
	}
	if err := g.graph.Run(); err != nil {
		return err
	}
	for i, end := range g.ends {
		if err := g.graph.Feed(end, g.starts[i]); err != nil {
			return err
		}
	}
	g.begun = true
	g.logits = g.graph.ReadFloats("logits", g.logits)
	g.shares = g.graph.ReadFloats("probabilities", g.shares)
	return nil
}

// Probabilities returns the probability of each token to be the next, or nil before
// anything was seen. The slice holds until the next token is seen.
func (g *Generator) Probabilities() []float64 {
	if !g.begun {
		return nil
	}
	return g.shares
}

// Next draws the next token and hands it to the model. Before anything was seen all
// tokens are equally probable.
func (g *Generator) Next(s Sampling, rng *rand.Rand) (token int, err error) {
	if !g.begun {
		token = rng.IntN(g.model.Vocabulary.Len())
	} else {
		token = g.memory.draw(s, g.logits, rng)
	}
	return token, g.See(token)
}

// Close releases the model's program.
func (g *Generator) Close() error { return g.graph.Close() }

// A TextState is where a Generator stands in a text: all that what follows depends on. It can be
// kept, written as JSON, and set again, in this Generator or in another one of the same model: to
// go on with a text later, or to try several ways to go on, as a beam search does. The zero value
// is that of a Generator that has seen nothing.
type TextState struct {
	Memories      map[string][]float64 `json:"memories"`      // of the cells, by name, of width H
	Logits        []float64            `json:"logits"`        // of the next token
	Probabilities []float64            `json:"probabilities"` // of the next token
}

// State returns a copy of where the Generator stands.
func (g *Generator) State() TextState {
	if !g.begun {
		return TextState{}
	}
	s := TextState{map[string][]float64{}, slices.Clone(g.logits), slices.Clone(g.shares)}
	for i, name := range g.names {
		s.Memories[name] = g.graph.InputFloats(g.starts[i])
	}
	return s
}

// SetState makes the Generator go on from a copy of s. It is an error, and nothing is changed, if s
// is not of a Generator of the same model.
func (g *Generator) SetState(s TextState) error {
	if s.Memories == nil && s.Logits == nil {
		for _, start := range g.starts {
			if err := g.graph.Clear(start); err != nil {
				return err
			}
		}
		g.begun = false
		return nil
	}
	v := g.model.Vocabulary.Len()
	if len(s.Logits) != v || len(s.Probabilities) != v {
		return errors.Errorf("task: a state with %d logits and %d probabilities for a vocabulary of %d", len(s.Logits), len(s.Probabilities), v)
	}
	for i, name := range g.names {
		if got, want := len(s.Memories[name]), len(g.graph.InputFloats(g.starts[i])); got != want {
			return errors.Errorf("task: a state with %d numbers of memory %q, want %d", got, name, want)
		}
	}
	if len(s.Memories) != len(g.names) {
		return errors.Errorf("task: a state with the memories %q, want %q", slices.Sorted(maps.Keys(s.Memories)), g.names)
	}
	for i, name := range g.names {
		if err := g.graph.SetFloats(g.starts[i], s.Memories[name]); err != nil {
			return err
		}
	}
	g.begun, g.logits, g.shares = true, append(g.logits[:0], s.Logits...), append(g.shares[:0], s.Probabilities...)
	return nil
}
