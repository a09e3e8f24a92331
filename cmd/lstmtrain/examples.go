package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// A classifyTrade is for classifiers of texts and, by way of a seriesTrade, of series.
type classifyTrade struct{}

var _ trade = classifyTrade{}

func (classifyTrade) targets(schema.Unit) string { return "examples" }

func (classifyTrade) complete(s *settings, flags *pflag.FlagSet) error {
	if s.columns.series(s.Data) {
		return seriesTrade{}.complete(s, flags)
	}
	switch {
	case flags.Changed("spectrum"):
		return usagef("--spectrum applies to recordings, such as a .wav; for a folder of them say --format wav")
	case flags.Changed("label-pattern") && (flags.Changed("label-column") || flags.Changed("text-column")):
		return usagef("--label-pattern reads a text a line; --label-column and --text-column have nothing to do")
	}
	s.Unit = cmp.Or(s.Unit, schema.Word)
	s.Steps = cmp.Or(s.Steps, 100)
	return nil
}

// read knows the tokens and the labels of the training part only.
func (classifyTrade) read(s *settings) (*corpus, error) {
	if s.columns.series(s.Data) {
		return seriesTrade{}.read(s)
	}
	parts, err := shuffled(s, s.columns.read)
	if err != nil {
		return nil, err
	}
	labels, err := schema.NewLabels(parts.Train)
	if err != nil {
		return nil, inFile(err, s.files())
	}
	c := &corpus{origin: s.files(), schema: schema.Schema{
		Vocabulary: schema.NewSequenceVocabulary(parts.Train, s.Unit, s.limits()), Labels: labels,
	}}
	truncated := 0
	err = fill(c, parts, func(examples []format.Example) (data.Source, error) {
		source, err := textSequences(c.schema, examples, s.Batch, s.Steps)
		if err == nil {
			truncated += source.Truncated()
		}
		return source, err
	})
	if truncated > 0 {
		c.notes = append(c.notes, fmt.Sprintf("%s texts are longer than %d tokens: only their last %[2]d are read (--steps)", thousands(truncated), s.Steps))
	}
	return c, err
}

// textSequences makes batches of labelled texts.
func textSequences(m schema.Schema, examples []format.Example, rows, steps int) (*data.Sequences, error) {
	targets, err := m.Labels.Encode(examples)
	if err != nil {
		return nil, err
	}
	ids := make([][]int, len(examples))
	for i, e := range examples {
		ids[i] = m.Vocabulary.EncodeSequence(e.Text)
	}
	return data.NewSequences(ids, targets, rows, steps)
}

func (classifyTrade) source(m *task.Model, files []string, c columns, rows int) (data.Source, error) {
	if m.Features != nil {
		return seriesTrade{}.source(m, files, c, rows)
	}
	examples, err := c.read(files)
	if err != nil {
		return nil, err
	}
	return textSequences(m.Schema, examples, rows, m.Config.Steps)
}

// labelJSON is a line that predict prints with a classifier of texts.
type labelJSON struct {
	Text string `json:"text"`
	classJSON
}

// classJSON is what predict says of a class.
type classJSON struct {
	Label         string             `json:"label"`
	Probability   float64            `json:"probability"`
	Probabilities map[string]float64 `json:"probabilities"`
	Truth         string             `json:"truth,omitempty"`
}

func newClassJSON(labels *schema.Labels, truth string, probabilities []float64) classJSON {
	best := metrics.Argmax(probabilities)
	c := classJSON{labels.Name(best), probabilities[best], map[string]float64{}, truth}
	for id, p := range probabilities {
		c.Probabilities[labels.Name(id)] = p
	}
	return c
}

// Of predictions in chunks.
const (
	predictRows  = 32   // of a batch
	predictChunk = 1024 // things whose lines come together
)

// predict prints the class of each text, in chunks, so that the first lines come soon.
func (classifyTrade) predict(ctx context.Context, p *prediction, m *task.Model, io streams) error {
	if m.Features != nil {
		return seriesTrade{}.predict(ctx, p, m, io)
	}
	examples, err := p.readLabelled(m, io)
	if err != nil {
		return err
	}
	c, err := task.NewClassifier(m, min(predictRows, len(examples)))
	if err != nil {
		return err
	}
	defer c.Close()
	for some := range slices.Chunk(examples, predictChunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		texts := make([]string, len(some))
		for i, e := range some {
			texts[i] = e.Text
		}
		probabilities, err := c.Probabilities(texts)
		if err != nil {
			return err
		}
		for i, e := range some {
			if err := printJSON(io.out, labelJSON{e.Text, newClassJSON(m.Labels, e.Label, probabilities[i])}); err != nil {
				return err
			}
		}
	}
	return nil
}
