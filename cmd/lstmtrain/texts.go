package main

import (
	"cmp"
	"fmt"
	"iter"
	"strings"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// texts are the texts that a language model learns from. The first is split where the
// others are nil.
type texts struct {
	train, valid, test *schema.Text
}

// A languageTrade is for language models.
type languageTrade struct{}

var _ trade = languageTrade{}

func (languageTrade) targets(unit schema.Unit) string {
	return map[schema.Unit]string{schema.Character: "characters", schema.Byte: "bytes", schema.Word: "words"}[unit]
}

func (languageTrade) complete(s *settings, _ *pflag.FlagSet) error {
	unit, steps := schema.Character, 50
	if s.Task == task.Words {
		unit, steps = schema.Word, 35
	}
	s.Unit, s.Steps = cmp.Or(s.Unit, unit), cmp.Or(s.Steps, steps)
	switch {
	case s.Unit == schema.Word && s.Task == task.Characters:
		return usagef("--unit word does not apply to --task char, which accepts char and byte; for words there is --task word")
	case s.Unit != schema.Word && s.Task == task.Words:
		return usagef("--unit %s does not apply to --task word, which accepts word", s.Unit)
	}
	if s.Task == task.Characters {
		s.VocabSize, s.MinCount = 0, 0
	}
	return nil
}

func (languageTrade) source(m *task.Model, files []string, _ columns, rows int) (data.Source, error) {
	text, err := schema.ReadText(files, m.Vocabulary.Unit())
	if err != nil {
		return nil, err
	}
	tokens, err := m.Vocabulary.EncodeLazily(text)
	if err != nil {
		return nil, err
	}
	s, err := stream(tokens, rows, m.Config.Steps)
	if err != nil {
		return nil, inFile(err, strings.Join(files, ", "))
	}
	return s, nil
}

// read knows all characters, or the words of the training part.
func (languageTrade) read(s *settings) (*corpus, error) {
	c := &corpus{origin: s.files()}
	t, err := s.openTexts(c)
	if err != nil {
		return nil, err
	}
	// A text is split by its length alone, so this finds out where the training part
	// ends before there is a vocabulary to number the tokens.
	a, b, err := data.SplitLength(t.train.Len(), s.fractions())
	if err != nil {
		return nil, inFile(err, c.origin)
	}
	c.schema.Vocabulary = s.textVocabulary(t, a)

	tokens, err := c.schema.Vocabulary.EncodeLazily(t.train)
	if err != nil {
		return nil, err
	}
	if err := s.trainingStream(c, tokens.Slice(0, a)); err != nil {
		return nil, err
	}
	if c.valid, err = s.heldOut(c, t.valid, s.Valid, tokens.Slice(a, b), s.Batch); err != nil {
		return nil, err
	}
	c.test, err = s.heldOut(c, t.test, s.Test, tokens.Slice(b, tokens.Len()), cmp.Or(s.TestBatch, s.Batch))
	return c, err
}

func (s *settings) openTexts(c *corpus) (t texts, err error) {
	if len(s.Data) == 0 {
		content, root, err := format.GoSource(goSourceBytes)
		if err != nil {
			return t, err
		}
		c.origin = "Go source text of " + root
		t.train, err = schema.TextFromBytes(c.origin, content, s.Unit)
		if err != nil {
			return t, err
		}
	} else if t.train, err = schema.ReadText(s.Data, s.Unit); err != nil {
		return t, err
	}
	if s.Valid != "" {
		if t.valid, err = schema.ReadText([]string{s.Valid}, s.Unit); err != nil {
			return t, err
		}
	}
	if s.Test != "" {
		t.test, err = schema.ReadText([]string{s.Test}, s.Unit)
	}
	return t, err
}

// textVocabulary returns the vocabulary of texts whose first trained tokens are the
// training part.
func (s *settings) textVocabulary(t texts, trained int) *schema.Vocabulary {
	switch s.Unit {
	case schema.Byte:
		return schema.NewByteVocabulary()
	case schema.Word:
		return schema.NewWordVocabulary(first(t.train.Tokens(), trained), s.limits())
	}
	return schema.NewCharacterVocabulary(func(yield func(string) bool) {
		for _, text := range []*schema.Text{t.train, t.valid, t.test} {
			if text == nil {
				continue
			}
			for token := range text.Tokens() {
				if !yield(token) {
					return
				}
			}
		}
	})
}

// first yields the first n elements of a sequence.
func first[E any](all iter.Seq[E], n int) iter.Seq[E] {
	return func(yield func(E) bool) {
		seen := 0
		for e := range all {
			if seen == n || !yield(e) {
				return
			}
			seen++
		}
	}
}

// trainingStream makes the training part of a corpus.
func (s *settings) trainingStream(c *corpus, tokens data.Tokens) error {
	n := tokens.Len()
	if n <= s.Steps {
		unit := trades[s.Task].targets(s.Unit)
		return &format.Error{File: c.origin, Problem: fmt.Sprintf(
			"too short a text: its training part has %d %s, but a batch reads %d and predicts those that follow; lower --steps or give more text",
			n, unit, s.Steps)}
	}
	stream, err := stream(tokens, s.Batch, s.Steps)
	if err != nil {
		return err
	}
	if rows := streamRows(n, s.Batch, s.Steps); rows < s.Batch {
		c.notes = append(c.notes, fmt.Sprintf("batches have %d rows, not %d: the text is too short for more of %d steps", rows, s.Batch, s.Steps))
		s.Batch = rows
	}
	c.train = part{stream, n}
	return nil
}

// heldOut makes a part of the tokens of a text or, if that is nil, of some of the
// training text, in so many rows.
func (s *settings) heldOut(c *corpus, text *schema.Text, file string, tokens data.Tokens, rows int) (part, error) {
	if text != nil {
		var err error
		if tokens, err = c.schema.Vocabulary.EncodeLazily(text); err != nil {
			return part{}, err
		}
	}
	if text == nil && tokens.Len() == 0 {
		return part{}, nil
	}
	stream, err := stream(tokens, rows, s.Steps)
	if err != nil {
		return part{}, inFile(err, file)
	}
	return part{stream, tokens.Len()}, nil
}

// stream makes batches of a text, with fewer rows if the text is too short for steps in
// each of them.
func stream(tokens data.Tokens, rows, steps int) (*data.Stream, error) {
	return data.NewTokenStream(tokens, streamRows(tokens.Len(), rows, steps), steps)
}

func streamRows(tokens, rows, steps int) int {
	return max(min(rows, (tokens-1)/steps), 1)
}
