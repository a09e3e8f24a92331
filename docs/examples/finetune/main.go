// Finetune takes a language model that was trained on one text and trains it on another: the
// embedding stays as it is, the cells learn slowly, and the head learns fast.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

const steps = 12

var (
	first  = strings.Repeat("row, row, row your boat, gently down the stream\n", 40)
	second = strings.Repeat("merrily, merrily, life is but a dream\n", 40)
)

// stream returns a text as batches, in the numbers of a vocabulary.
func stream(v *schema.Vocabulary, content string) *data.Stream {
	text, err := schema.TextFromBytes("text", []byte(content), schema.Character)
	must(err)
	tokens, err := v.Encode(text)
	must(err)
	s, err := data.NewStream(tokens, 8, steps)
	must(err)
	return s
}

// adam is the solver for a learning rate.
func adam(rate float64) optim.Solver { return optim.NewAdam(optim.Settings{LearningRate: rate}) }

// pretrain writes a model of the first text to a file. Its vocabulary is that of both.
func pretrain(ctx context.Context, path string) {
	text, err := schema.TextFromBytes("both", []byte(first+second), schema.Character)
	must(err)
	vocabulary := schema.NewCharacterVocabulary(text.Tokens())
	config := task.Config{Task: task.Characters, Cell: "lstm", Hidden: 48, Layers: 1, Embed: 16, Steps: steps}
	model, err := task.NewModel(config, vocabulary, nil, rand.New(rand.NewPCG(1, 2)))
	must(err)
	_, err = train.Fit(ctx, model, stream(vocabulary, first), nil, train.Settings{Epochs: 15, Optimizer: adam(0.01), ClipNorm: 5, Path: path})
	must(err)
}

func main() {
	folder, err := os.MkdirTemp("", "finetune")
	must(err)
	defer os.RemoveAll(folder)
	ctx, path := context.Background(), filepath.Join(folder, "model.safetensors")
	pretrain(ctx, path)

	model, err := train.LoadAs[*task.Model](path)
	must(err)
	text := stream(model.Vocabulary, second)
	before, err := train.Evaluate(ctx, model, text, graph.Settings{})
	must(err)
	embedding := model.Embedding.Table.Floats()
	_, err = train.Fit(ctx, model, text, nil, train.Settings{
		Epochs: 15, ClipNorm: 5,
		Optimizer: adam(0.02), // of the head
		Groups: []train.Group{
			{Params: model.Embedding.Params(), Frozen: true},
			{Params: model.Recurrent().Params(), Optimizer: adam(0.005)},
		},
	})
	must(err)
	after, err := train.Evaluate(ctx, model, text, graph.Settings{})
	must(err)
	fmt.Println("perplexity of the second text over 20 before:", before.Value("perplexity") > 20)
	fmt.Println("and below 1.5 after:", after.Value("perplexity") < 1.5)
	fmt.Println("the embedding kept its bits:", slices.Equal(embedding, model.Embedding.Table.Floats()))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
