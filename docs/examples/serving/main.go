// Serving predicts from many goroutines at once: one classifier answers 32 callers, with two runs
// at the same time.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

var examples = []format.Example{
	{Text: "win a free prize now", Label: "spam"},
	{Text: "call now for your free gift", Label: "spam"},
	{Text: "see you at home tonight", Label: "ham"},
	{Text: "are you free for lunch", Label: "ham"},
}

// newClassifier returns a model that has learnt the examples.
func newClassifier() (*task.Model, error) {
	labels, err := schema.NewLabels(examples)
	if err != nil {
		return nil, err
	}
	vocabulary := schema.NewSequenceVocabulary(examples, schema.Word, schema.Limits{})
	config := task.Config{Task: task.Classify, Cell: "lstm", Hidden: 16, Layers: 1, Embed: 8, Steps: 10}
	model, err := task.NewModel(config, vocabulary, labels, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		return nil, err
	}
	classes, err := labels.Encode(examples)
	if err != nil {
		return nil, err
	}
	var ids [][]int
	for _, e := range examples {
		ids = append(ids, vocabulary.EncodeSequence(e.Text))
	}
	source, err := data.NewSequences(ids, classes, 4, config.Steps)
	if err != nil {
		return nil, err
	}
	_, err = train.Fit(context.Background(), model, source, nil, train.Settings{
		Epochs: 100, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.02}),
	})
	return model, err
}

func main() {
	model, err := newClassifier()
	if err != nil {
		panic(err)
	}
	classifier, err := task.NewClassifier(model, task.Serving{Rows: 8, Parallel: 2})
	if err != nil {
		panic(err)
	}
	defer classifier.Close()

	var callers sync.WaitGroup
	right := make([]int, 32)
	for caller := range right {
		callers.Go(func() {
			for i := range 50 {
				e := examples[(caller+i)%len(examples)]
				probabilities, err := classifier.Probabilities([]string{e.Text})
				if err != nil {
					panic(err)
				}
				if model.Labels.Name(metrics.Argmax(probabilities[0])) == e.Label {
					right[caller]++
				}
			}
		})
	}
	callers.Wait()
	sum := 0
	for _, n := range right {
		sum += n
	}
	fmt.Printf("%d callers, %d of %d answers right\n", len(right), sum, 50*len(right))
}
