package train_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// A language model of characters, from text to perplexity.
func Example() {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	text, err := schema.TextFromBytes("rhyme", []byte(strings.Repeat("row, row, row your boat\n", 40)), schema.Character)
	must(err)
	vocabulary := schema.NewCharacterVocabulary(text.Tokens())
	tokens, err := vocabulary.Encode(text)
	must(err)

	config := task.Config{Task: task.Characters, Cell: "lstm", Hidden: 32, Layers: 1, Embed: 8, Steps: 16}
	model, err := task.NewModel(config, vocabulary, nil, rand.New(rand.NewPCG(1, 2)))
	must(err)
	stream, err := data.NewStream(tokens, 8, config.Steps) // 8 rows of 16 steps at a time
	must(err)
	summary, err := train.Fit(context.Background(), model, stream, nil, train.Settings{
		Epochs: 20, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.02}), ClipNorm: 5,
	})
	must(err)
	fmt.Println("trained for", summary.Steps, "steps")

	part, err := train.Evaluate(context.Background(), model, stream, graph.Settings{})
	must(err)
	fmt.Println("perplexity below 1.2:", part.Value("perplexity") < 1.2)
	// Output:
	// trained for 160 steps
	// perplexity below 1.2: true
}
