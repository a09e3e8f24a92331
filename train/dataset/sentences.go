package dataset

import (
	"cmp"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// sentences reads tagged sentences for taggers.
type sentences struct{}

var _ reader = sentences{}

func (sentences) targets(schema.Unit) string { return "words" }

func (sentences) complete(c *task.Config, o *Options) error {
	o.Unit, c.Steps = schema.Word, cmp.Or(c.Steps, 100)
	return nil
}

// open knows the words and the tags of the training part only.
func (sentences) open(s *Set) error {
	o := &s.Options
	parts, err := shuffled(o, o.Columns.sentences)
	if err != nil {
		return err
	}
	tags, err := schema.NewTags(parts.Train)
	if err != nil {
		return err
	}
	s.Schema = schema.Schema{Vocabulary: schema.NewTaggedVocabulary(parts.Train, o.limits()), Labels: tags}
	if o.Affixes > 0 {
		s.Schema.Affixes = schema.NewAffixes(parts.Train, o.Affixes, o.limits())
	}
	return fill(s, parts, words, func(some []format.Sentence) (data.Source[data.Batch], error) {
		return tagSequences(s.Schema, some, o.Batch, s.Config.Steps)
	})
}

func words(all []format.Sentence) int {
	n := 0
	for _, s := range all {
		n += len(s.Words)
	}
	return n
}

// tagSequences makes batches of sentences.
func tagSequences(m schema.Schema, all []format.Sentence, rows, steps int) (data.Source[data.Batch], error) {
	words, tags := make([][]string, len(all)), make([][]int, len(all))
	for i, s := range all {
		var err error
		if tags[i], err = m.Labels.EncodeTags(s); err != nil {
			return nil, err
		}
		words[i] = s.Words
	}
	return task.TaggedSequences(m, words, tags, rows, steps)
}

func (sentences) source(m *task.Model, files []string, c Columns, rows int) (data.Source[data.Batch], error) {
	all, err := c.sentences(files)
	if err != nil {
		return nil, err
	}
	return tagSequences(m.Schema, all, rows, m.Config.Steps)
}

func (c Columns) taggedOptions() format.TaggedOptions {
	return format.TaggedOptions{Format: c.Format, WordColumn: c.TextColumn, TagColumn: c.LabelColumn}
}

// sentences returns the sentences of files, one after the other.
func (c Columns) sentences(paths []string) ([]format.Sentence, error) {
	all, err := concat(paths, func(path string) ([]format.Sentence, error) { return format.ReadTagged(path, c.taggedOptions()) })
	return all, columnsUnlessData(err)
}
