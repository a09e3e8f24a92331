package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/task"
)

// beginning returns the tokens that a language model is to continue: those of a prompt
// or, if it has none, the end of a line, for a new line begins there.
func beginning(m *task.Model, prompt string) []int {
	ids, _ := m.Vocabulary.EncodePrompt(prompt)
	if len(ids) == 0 {
		ids, _ = m.Vocabulary.EncodePrompt("\n")
	}
	return ids
}

// warnSkipped tells of the tokens of a prompt that the model never saw.
func warnSkipped(w io.Writer, m *task.Model, prompt string) {
	_, skipped := m.Vocabulary.EncodePrompt(prompt)
	if len(skipped) == 0 {
		return
	}
	names := make([]string, len(skipped))
	for i, token := range skipped {
		names[i] = fmt.Sprintf("%q", token)
	}
	fmt.Fprintf(w, "lstmtrain: warning: skipped, for the model was trained on text without them: %s\n", strings.Join(names, ", "))
}

// continueText writes length tokens that follow the prompt, each as it is drawn.
func continueText(ctx context.Context, w io.Writer, m *task.Model, prompt []int, length int, s task.Sampling, rng *rand.Rand) error {
	g, err := task.NewGenerator(m, task.Serving{})
	if err != nil {
		return err
	}
	defer g.Close()
	for _, id := range prompt {
		if err := g.See(id); err != nil {
			return err
		}
	}
	last := prompt[max(len(prompt)-1, 0):]
	for range length {
		if err := ctx.Err(); err != nil {
			return err
		}
		token, err := g.Next(s, rng)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, following(m, last, token)); err != nil {
			return errors.Wrap(err, "writing the text")
		}
		last = []int{token}
	}
	return nil
}

// following returns what a token adds to a text whose last token is given, which may be
// a blank before a word.
func following(m *task.Model, last []int, token int) string {
	before := m.Vocabulary.Decode(last)
	return m.Vocabulary.Decode(append(last[:len(last):len(last)], token))[len(before):]
}
