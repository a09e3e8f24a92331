package main

import (
	"context"

	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/task"
)

// tagsJSON is a line that predict prints with a tagger.
type tagsJSON struct {
	Words         []string  `json:"words"`
	Tags          []string  `json:"tags"`
	Probabilities []float64 `json:"probabilities"` // of these tags
	Truth         []string  `json:"truth,omitempty"`
}

// predictTags prints the tags of each sentence.
func predictTags(ctx context.Context, m *task.Model, in *dataset.Input, s streams) error {
	sentences, err := in.Sentences(m)
	if err != nil {
		return err
	}
	tagger, err := task.NewTagger(m, task.Serving{Rows: min(predictBatch, len(sentences))})
	if err != nil {
		return err
	}
	defer tagger.Close()
	return inChunks(ctx, sentences, func(some []format.Sentence) error {
		words := make([][]string, len(some))
		for i, sentence := range some {
			words[i] = sentence.Words
		}
		found, err := tagger.Tags(words)
		if err != nil {
			return err
		}
		for i, sentence := range some {
			line := tagsJSON{Words: sentence.Words, Truth: sentence.Tags}
			for _, w := range found[i] {
				line.Tags, line.Probabilities = append(line.Tags, w.Tag), append(line.Probabilities, w.Probability)
			}
			if err := printJSON(s.out, line); err != nil {
				return err
			}
		}
		return nil
	})
}
