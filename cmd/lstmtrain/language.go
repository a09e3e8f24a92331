package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

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
	g, err := task.NewGenerator(m, task.Serving{})
	if err != nil {
		return err
	}
	defer g.Close()
	symbols := m.Vocabulary.Symbols()
	for _, e := range examples {
		ids, skipped := m.Beginning(e.Text)
		warnSkipped(s.err, skipped)
		if err := g.SetState(task.TextState{}); err != nil {
			return err
		}
		if err := g.SeeAll(ctx, ids); err != nil {
			return err
		}
		probabilities := g.Probabilities()
		if probabilities == nil { // the model knows no end of a line: all are equally probable
			probabilities = slices.Repeat([]float64{1 / float64(len(symbols))}, len(symbols))
		}
		if err := printJSON(s.out, tokensJSON{e.Text, mostProbable(symbols, probabilities, 5)}); err != nil {
			return err
		}
	}
	return nil
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

// warnSkipped tells of the tokens of a prompt that the model never saw.
func warnSkipped(w io.Writer, skipped []string) {
	if len(skipped) == 0 {
		return
	}
	names := make([]string, len(skipped))
	for i, token := range skipped {
		names[i] = fmt.Sprintf("%q", token)
	}
	fmt.Fprintf(w, "lstmtrain: warning: skipped, for the model was trained on text without them: %s\n", strings.Join(names, ", "))
}

// continueText writes length tokens that follow a prompt.
func continueText(ctx context.Context, w io.Writer, m *task.Model, prompt []int, length int, s task.Sampling, rng *rand.Rand) error {
	g, err := task.NewGenerator(m, task.Serving{})
	if err != nil {
		return err
	}
	defer g.Close()
	return g.Continue(ctx, w, prompt, length, s, rng)
}
