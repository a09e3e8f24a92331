package task

import (
	"context"
	"io"
	"math/rand/v2"

	"github.com/pkg/errors"
)

// Beginning returns the tokens that a language model is to continue: those of a prompt or, if it has
// none, the end of a line, for a new line begins there. Skipped names what the model never saw.
func (m *Model) Beginning(prompt string) (ids []int, skipped []string) {
	ids, skipped = m.Vocabulary.EncodePrompt(prompt)
	if len(ids) == 0 {
		ids, _ = m.Vocabulary.EncodePrompt("\n")
	}
	return ids, skipped
}

// SeeAll hands the model tokens, unless the context is cancelled.
func (g *Generator) SeeAll(ctx context.Context, tokens []int) error {
	for _, id := range tokens {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := g.See(id); err != nil {
			return err
		}
	}
	return nil
}

// Continue writes the text of length tokens that follow a prompt, each as it is drawn. The Generator
// has seen the prompt and the text then.
func (g *Generator) Continue(ctx context.Context, w io.Writer, prompt []int, length int, s Sampling, rng *rand.Rand) error {
	if err := g.SeeAll(ctx, prompt); err != nil {
		return err
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
		if _, err := io.WriteString(w, g.following(last, token)); err != nil {
			return errors.Wrap(err, "writing the text")
		}
		last = []int{token}
	}
	return nil
}

// following returns what a token adds to a text whose last token is given, which may be
// a blank before a word.
func (g *Generator) following(last []int, token int) string {
	v := g.model.Vocabulary
	return v.Decode(append(last[:len(last):len(last)], token))[len(v.Decode(last)):]
}
