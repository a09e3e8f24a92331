package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/task"
)

// tokensJSON is a line that predict prints with a language model.
type tokensJSON struct {
	Text string      `json:"text"`
	Next []tokenJSON `json:"next"` // the most probable first
}

type tokenJSON struct {
	Token       string  `json:"token"` // of bytes, byte n is written as the character U+00n
	Probability float64 `json:"probability"`
}

// predictTokens prints what may follow each text.
func predictTokens(ctx context.Context, m *task.Model, in *dataset.Input, s streams) error {
	examples, err := in.Lines()
	if err != nil {
		return err
	}
	program, err := m.Compile(&data.Batch{Steps: 1, Rows: 1}, train.Compilation{})
	if err != nil {
		return err
	}
	defer program.Close()
	program.Freeze()
	symbols := m.Vocabulary.Symbols()
	for _, e := range examples {
		warnSkipped(s.err, m, e.Text)
		probabilities, err := afterText(ctx, program, beginning(m, e.Text), len(symbols))
		if err != nil {
			return err
		}
		if err := printJSON(s.out, tokensJSON{e.Text, mostProbable(symbols, probabilities, 5)}); err != nil {
			return err
		}
	}
	return nil
}

// afterText returns the probabilities of the token that follows others. After none, all
// are equally probable.
func afterText(ctx context.Context, program train.Program[data.Batch], ids []int, vocabularySize int) ([]float64, error) {
	if len(ids) == 0 {
		return slices.Repeat([]float64{1 / float64(vocabularySize)}, vocabularySize), nil
	}
	batch := data.Batch{Steps: 1, Rows: 1, Inputs: make([]int, 1), Targets: make([]int, 1), Weights: make([]float64, 1)}
	for i, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch.Inputs[0], batch.Reset = id, i == 0
		if _, err := program.Run(&batch, 0, nil); err != nil {
			return nil, err
		}
	}
	return program.Graph().Floats("probabilities"), nil
}

// mostProbable returns the first n tokens by falling probability.
func mostProbable(symbols []string, probabilities []float64, n int) []tokenJSON {
	tokens := make([]tokenJSON, len(symbols))
	for id, symbol := range symbols {
		tokens[id] = tokenJSON{symbol, probabilities[id]}
	}
	slices.SortStableFunc(tokens, func(a, b tokenJSON) int { return cmp.Compare(b.Probability, a.Probability) })
	return tokens[:min(n, len(tokens))]
}
