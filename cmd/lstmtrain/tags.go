package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// A tagTrade is for taggers.
type tagTrade struct{}

var _ trade = tagTrade{}

func (tagTrade) targets(schema.Unit) string { return "words" }

func (tagTrade) complete(s *settings, _ *pflag.FlagSet) error {
	s.Unit = schema.Word
	s.Steps = cmp.Or(s.Steps, 100)
	return nil
}

// tagged returns the sentences of files, one after the other.
func (c columns) tagged(paths []string) ([]format.Sentence, error) {
	var all []format.Sentence
	for _, path := range paths {
		sentences, err := format.ReadTagged(path, c.taggedOptions())
		if err != nil {
			return nil, usageUnlessData(err)
		}
		all = append(all, sentences...)
	}
	return all, nil
}

func (c columns) taggedOptions() format.TaggedOptions {
	return format.TaggedOptions{Format: c.Format, WordColumn: c.TextColumn, TagColumn: c.LabelColumn}
}

// read knows the words and the tags of the training part only.
func (tagTrade) read(s *settings) (*corpus, error) {
	parts, err := shuffled(s, s.columns.tagged)
	if err != nil {
		return nil, err
	}
	tags, err := schema.NewTags(parts.Train)
	if err != nil {
		return nil, err
	}
	c := &corpus{origin: s.files(), schema: schema.Schema{
		Vocabulary: schema.NewTaggedVocabulary(parts.Train, s.limits()), Labels: tags,
	}}
	if s.Affixes > 0 {
		c.schema.Affixes = schema.NewAffixes(parts.Train, s.Affixes, s.limits())
	}
	if err := fill(c, parts, func(sentences []format.Sentence) (data.Source, error) {
		return tagSequences(c.schema, sentences, s.Batch, s.Steps)
	}); err != nil {
		return nil, err
	}
	c.train.size, c.valid.size, c.test.size = words(parts.Train), words(parts.Valid), words(parts.Test)
	return c, nil
}

func words(sentences []format.Sentence) int {
	n := 0
	for _, s := range sentences {
		n += len(s.Words)
	}
	return n
}

// tagSequences makes batches of sentences.
func tagSequences(m schema.Schema, sentences []format.Sentence, rows, steps int) (data.Source, error) {
	words, tags := make([][]string, len(sentences)), make([][]int, len(sentences))
	for i, s := range sentences {
		var err error
		if tags[i], err = m.Labels.EncodeTags(s); err != nil {
			return nil, err
		}
		words[i] = s.Words
	}
	return task.TaggedSequences(m, words, tags, rows, steps)
}

func (tagTrade) source(m *task.Model, files []string, c columns, rows int) (data.Source, error) {
	sentences, err := c.tagged(files)
	if err != nil {
		return nil, err
	}
	return tagSequences(m.Schema, sentences, rows, m.Config.Steps)
}

// tagsJSON is a line that predict prints with a tagger.
type tagsJSON struct {
	Words         []string  `json:"words"`
	Tags          []string  `json:"tags"`
	Probabilities []float64 `json:"probabilities"` // of these tags
	Truth         []string  `json:"truth,omitempty"`
}

// predict prints the tags of each sentence, in chunks, so that the first lines come soon.
func (tagTrade) predict(ctx context.Context, p *prediction, m *task.Model, io streams) error {
	sentences, err := p.readTagged(m, io)
	if err != nil {
		return err
	}
	tagger, err := task.NewTagger(m, min(predictRows, len(sentences)))
	if err != nil {
		return err
	}
	defer tagger.Close()
	for some := range slices.Chunk(sentences, predictChunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		words := make([][]string, len(some))
		for i, s := range some {
			words[i] = s.Words
		}
		found, err := tagger.Tags(words)
		if err != nil {
			return err
		}
		for i, s := range some {
			if err := printJSON(io.out, newTagsJSON(s, found[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func newTagsJSON(s format.Sentence, found []task.TaggedWord) tagsJSON {
	line := tagsJSON{Words: s.Words, Truth: s.Tags}
	for _, w := range found {
		line.Tags, line.Probabilities = append(line.Tags, w.Tag), append(line.Probabilities, w.Probability)
	}
	return line
}

// readTagged returns the sentences to predict for: of a file or, on standard input, one a
// line, words apart by white space. Tags of a file are read if the model knows them all.
func (p *prediction) readTagged(m *task.Model, io streams) ([]format.Sentence, error) {
	if p.data == "" && (p.Format == "" || p.Format == format.PlainText) {
		return p.sentencesOfLines(io)
	}
	options := p.columns.taggedOptions()
	read := func(o format.TaggedOptions) ([]format.Sentence, error) { return format.ReadTagged(p.data, o) }
	if p.data == "" {
		content, err := io.readAll("sentences in the format " + string(p.Format))
		if err != nil {
			return nil, err
		}
		read = func(o format.TaggedOptions) ([]format.Sentence, error) {
			return format.TaggedFromBytes("standard input", content, o)
		}
	}
	sentences, err := read(options)
	known := err == nil && !slices.ContainsFunc(sentences, func(s format.Sentence) bool {
		_, err := m.Labels.EncodeTags(s)
		return err != nil
	})
	if known || options.TagColumn != "" {
		return sentences, usageUnlessData(err)
	}
	options.NoTags = true
	sentences, err = read(options)
	return sentences, usageUnlessData(err)
}

func (p *prediction) sentencesOfLines(io streams) ([]format.Sentence, error) {
	lines, err := p.readLines(io)
	if err != nil {
		return nil, err
	}
	sentences := make([]format.Sentence, len(lines))
	for i, line := range lines {
		sentences[i] = format.Sentence{Words: strings.Fields(line.Text), File: line.File}
	}
	return sentences, nil
}
