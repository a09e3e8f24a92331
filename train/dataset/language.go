package dataset

import (
	"cmp"
	"fmt"
	"iter"
	"strings"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// GoSourceBytes is how much Go source text is read where there is no data.
const GoSourceBytes = 1_000_000

// language reads texts for language models.
type language struct{}

var _ reader = language{}

func (language) targets(unit schema.Unit) string {
	return map[schema.Unit]string{schema.Character: "characters", schema.Byte: "bytes", schema.Word: "words"}[unit]
}

func (language) complete(c *task.Config, o *Options) error {
	unit, steps := schema.Character, 50
	if c.Task == task.Words {
		unit, steps = schema.Word, 35
	}
	o.Unit, c.Steps = cmp.Or(o.Unit, unit), cmp.Or(c.Steps, steps)
	switch {
	case o.Unit == schema.Word && c.Task == task.Characters:
		return optionf("--unit word does not apply to --task char, which accepts char and byte; for words there is --task word")
	case o.Unit != schema.Word && c.Task == task.Words:
		return optionf("--unit %s does not apply to --task word, which accepts word", o.Unit)
	}
	return nil
}

func (language) source(m *task.Model, files []string, _ Columns, rows int) (data.Source[data.Batch], error) {
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

// corpus is the texts that a language model learns from. The first is split where the others are
// nil.
type corpus struct {
	train, valid, test *schema.Text
}

// open knows all characters, or the words of the training part.
func (language) open(s *Set) error {
	t, err := s.readCorpus()
	if err != nil {
		return err
	}
	// A text is split by its length alone, so this finds out where the training part
	// ends before there is a vocabulary to number the tokens.
	a, b, err := data.SplitLength(t.train.Len(), s.Options.fractions())
	if err != nil {
		return inFile(err, s.Origin)
	}
	s.Schema.Vocabulary = t.vocabulary(&s.Options, a)
	tokens, err := s.Schema.Vocabulary.EncodeLazily(t.train)
	if err != nil {
		return err
	}
	if err := s.trainingStream(tokens.Slice(0, a)); err != nil {
		return err
	}
	if s.Valid, err = s.heldOut(t.valid, s.Options.Valid, tokens.Slice(a, b), s.Options.Batch); err != nil {
		return err
	}
	s.Test, err = s.heldOut(t.test, s.Options.Test, tokens.Slice(b, tokens.Len()), s.Options.testBatch())
	return err
}

func (s *Set) readCorpus() (t corpus, err error) {
	o := &s.Options
	if len(o.Data) == 0 {
		content, root, err := format.GoSource(GoSourceBytes)
		if err != nil {
			return t, err
		}
		s.Origin = "Go source text of " + root
		if t.train, err = schema.TextFromBytes(s.Origin, content, o.Unit); err != nil {
			return t, err
		}
	} else if t.train, err = schema.ReadText(o.Data, o.Unit); err != nil {
		return t, err
	}
	if o.Valid != "" {
		if t.valid, err = schema.ReadText([]string{o.Valid}, o.Unit); err != nil {
			return t, err
		}
	}
	if o.Test != "" {
		t.test, err = schema.ReadText([]string{o.Test}, o.Unit)
	}
	return t, err
}

// vocabulary returns the vocabulary of texts whose first trained tokens are the training part.
func (t *corpus) vocabulary(o *Options, trained int) *schema.Vocabulary {
	switch o.Unit {
	case schema.Byte:
		return schema.NewByteVocabulary()
	case schema.Word:
		return schema.NewWordVocabulary(first(t.train.Tokens(), trained), o.limits())
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

// trainingStream makes the training part.
func (s *Set) trainingStream(tokens data.Tokens) error {
	n, steps, rows := tokens.Len(), s.Config.Steps, s.Options.Batch
	if n <= steps {
		return &format.Error{File: s.Origin, Problem: fmt.Sprintf(
			"too short a text: its training part has %d %s, but a batch reads %d and predicts those that follow; lower --steps or give more text",
			n, Targets(s.Config.Task, s.Options.Unit), steps)}
	}
	stream, err := stream(tokens, rows, steps)
	if err != nil {
		return err
	}
	if fewer := streamRows(n, rows, steps); fewer < rows {
		s.note(0, "batches have %d rows, not %d: the text is too short for more of %d steps", fewer, rows, steps)
		s.Options.Batch = fewer
	}
	s.Train = Part{stream, n}
	return nil
}

// heldOut makes a part of the tokens of a text or, if that is nil, of some of the training text,
// in so many rows.
func (s *Set) heldOut(text *schema.Text, file string, tokens data.Tokens, rows int) (Part, error) {
	if text != nil {
		var err error
		if tokens, err = s.Schema.Vocabulary.EncodeLazily(text); err != nil {
			return Part{}, err
		}
	}
	if text == nil && tokens.Len() == 0 {
		return Part{}, nil
	}
	stream, err := stream(tokens, rows, s.Config.Steps)
	if err != nil {
		return Part{}, inFile(err, file)
	}
	return Part{stream, tokens.Len()}, nil
}

// stream makes batches of a text, with fewer rows if the text is too short for steps in
// each of them.
func stream(tokens data.Tokens, rows, steps int) (*data.Stream, error) {
	return data.NewTokenStream(tokens, streamRows(tokens.Len(), rows, steps), steps)
}

func streamRows(tokens, rows, steps int) int {
	return max(min(rows, (tokens-1)/steps), 1)
}
