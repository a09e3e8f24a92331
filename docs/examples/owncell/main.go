// Owncell adds a cell that the library does not have, with two memories that are neither h nor c,
// to a language model: it is trained, stopped, resumed, saved and loaded by its name like those
// that are there.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// The constants of the oscillators.
const (
	dt      = 0.8 // Δt
	gamma   = 1.0 // γ
	epsilon = 1.0 // ε
)

// A CoRNN is a network of coupled oscillators (Rusch and Mishra 2021), with y their positions and
// z their velocities:
//
//	z′ = z + Δt·(tanh(x·W + y·U + z·V + b) − γ·y − ε·z)
//	y′ = y + Δt·z′
type CoRNN struct {
	Force cells.Gate   // W, U and b
	V     *graph.Param // of shape (H, H)
}

// NewCoRNN returns a cell with random weights.
func NewCoRNN(name string, inputSize, hiddenSize int, rng *rand.Rand) *CoRNN {
	c := &CoRNN{cells.NewGate(name+"/force", inputSize, hiddenSize), graph.NewParam(name+"/V", hiddenSize, hiddenSize)}
	for _, p := range []*graph.Param{c.Force.W, c.Force.U, c.V} {
		graph.Normal(p, 0.3, rng)
	}
	return c
}

func (c *CoRNN) Step(b *graph.Builder, x *graph.Node, prev cells.State) cells.State {
	y, z := prev.Get("y"), prev.Get("z")
	force := b.Tanh(b.Add(c.Force.Of(b, x, y), b.MatMul(z, b.Param(c.V))))
	z = b.Add(z, b.Affine(b.Sub(force, b.Add(b.Affine(y, gamma, 0), b.Affine(z, epsilon, 0))), dt, 0))
	y = b.Add(y, b.Affine(z, dt, 0))
	return cells.State{Out: y}.With("y", y).With("z", z)
}

func (c *CoRNN) Begin(node func(name string, width int) *graph.Node) cells.State {
	_, width := c.V.Shape()
	return cells.State{}.With("y", node("y", width)).With("z", node("z", width))
}

func (c *CoRNN) Params() []*graph.Param { return append(c.Force.Params(), c.V) }

func init() { cells.Register("cornn", NewCoRNN) }

// newModel returns a language model of two layers, and its text.
func newModel() (*task.Model, *data.Stream) {
	text, err := schema.TextFromBytes("rhyme", []byte(strings.Repeat("row, row, row your boat\n", 40)), schema.Character)
	must(err)
	vocabulary := schema.NewCharacterVocabulary(text.Tokens())
	tokens, err := vocabulary.Encode(text)
	must(err)
	config := task.Config{Task: task.Characters, Cell: "cornn", Hidden: 32, Layers: 2, Embed: 8, Steps: 12}
	model, err := task.NewModel(config, vocabulary, nil, rand.New(rand.NewPCG(1, 2)))
	must(err)
	stream, err := data.NewStream(tokens, 8, config.Steps)
	must(err)
	return model, stream
}

func settings() train.Settings {
	return train.Settings{Epochs: 60, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.02}), ClipNorm: 5}
}

func main() {
	folder, err := os.MkdirTemp("", "owncell")
	must(err)
	defer os.RemoveAll(folder)
	ctx := context.Background()

	whole, stream := newModel()
	_, err = train.Fit(ctx, whole, stream, nil, settings())
	must(err)

	// The same training, stopped in the middle and resumed.
	model, stream := newModel()
	checkpoint := filepath.Join(folder, "checkpoint.safetensors")
	s := settings()
	s.Checkpoints.Path = checkpoint
	cancelled, cancel := context.WithCancel(ctx)
	s.Callbacks = []train.Callback{train.CallbackFunc(func(e train.Event) error {
		if e.Step == 77 {
			cancel()
		}
		return nil
	})}
	_, err = train.Fit(cancelled, model, stream, nil, s)
	fmt.Println("stopped:", err)

	s = settings()
	s.From, err = train.ReadCheckpoint(checkpoint)
	must(err)
	model, stream = newModel()
	s.Path = filepath.Join(folder, "model.safetensors")
	_, err = train.Fit(ctx, model, stream, nil, s)
	must(err)
	fmt.Println("resumed from step", s.From.Step())

	loaded, err := train.LoadAs[*task.Model](s.Path)
	must(err)
	fmt.Println("loaded a model of", loaded.Config.Cell)
	var results []train.Metrics
	for _, m := range []*task.Model{whole, model, loaded} {
		r, err := train.Evaluate(ctx, m, stream, graph.Settings{})
		must(err)
		results = append(results, r)
	}
	fmt.Println("perplexity below 1.5:", results[0].Value("perplexity") < 1.5)
	fmt.Println("the same to the bit, resumed and loaded:", results[0].Loss == results[1].Loss && results[1].Loss == results[2].Loss)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
