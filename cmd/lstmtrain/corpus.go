package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// A corpus is the data of a training.
type corpus struct {
	origin             string // the files, for people
	vocabulary         *data.Vocabulary
	labels             *data.Labels // nil for a language model
	train, valid, test part
	notes              []string // what the user should know
}

// A part is a part of a corpus. Its source is nil if there is no such part.
type part struct {
	source data.Source
	size   int // tokens or examples
}

// Streams of random numbers, apart from those that train.Fit draws from the same seed.
const (
	randomWeights = 1<<32 + iota
	randomSample
	randomSplit
	randomText
)

func (s *settings) random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.Seed, stream))
}

func (s *settings) readCorpus() (*corpus, error) {
	if s.Task.LanguageModel() {
		return s.readTexts()
	}
	return s.readExamples()
}

// readExamples reads what a classifier learns from. It knows the tokens and the labels
// of the training part only.
func (s *settings) readExamples() (*corpus, error) {
	all, err := s.columns.read(s.Data)
	if err != nil {
		return nil, err
	}
	if s.Limit > 0 {
		all = data.Sample(all, s.Limit, s.random(randomSample))
	}
	parts, err := data.SplitExamples(all, s.fractions(), s.random(randomSplit))
	if err != nil {
		return nil, inFile(err, s.files())
	}
	if s.Valid != "" {
		if parts.Valid, err = s.columns.read([]string{s.Valid}); err != nil {
			return nil, err
		}
	}
	if s.Test != "" {
		if parts.Test, err = s.columns.read([]string{s.Test}); err != nil {
			return nil, err
		}
	}
	return s.classes(parts)
}

func (s *settings) classes(parts data.Parts[data.Example]) (*corpus, error) {
	labels, err := data.NewLabels(parts.Train)
	if err != nil {
		return nil, inFile(err, s.files())
	}
	c := &corpus{origin: s.files(), labels: labels, vocabulary: data.NewSequenceVocabulary(parts.Train, s.Unit, s.limits())}
	truncated := 0
	for _, p := range []struct {
		examples []data.Example
		into     *part
	}{{parts.Train, &c.train}, {parts.Valid, &c.valid}, {parts.Test, &c.test}} {
		if len(p.examples) == 0 {
			continue
		}
		source, err := sequences(c.vocabulary, labels, p.examples, s.Batch, s.Steps)
		if err != nil {
			return nil, err
		}
		truncated += source.Truncated()
		*p.into = part{source, len(p.examples)}
	}
	if truncated > 0 {
		c.notes = append(c.notes, fmt.Sprintf("%s texts are longer than %d tokens: only their last %[2]d are read (--steps)", thousands(truncated), s.Steps))
	}
	return c, nil
}

// sequences makes batches of labelled examples.
func sequences(v *data.Vocabulary, labels *data.Labels, examples []data.Example, rows, steps int) (*data.Sequences, error) {
	targets, err := labels.Encode(examples)
	if err != nil {
		return nil, err
	}
	ids := make([][]int, len(examples))
	for i, e := range examples {
		ids[i] = v.EncodeSequence(e.Text)
	}
	return data.NewSequences(ids, targets, rows, steps)
}

// sizes describes the parts, as in "train 9,000, valid 500, test 500 examples".
func (c *corpus) sizes(unit string) string {
	var sizes []string
	for _, p := range []struct {
		name string
		part
	}{{"train", c.train}, {"valid", c.valid}, {"test", c.test}} {
		if p.source != nil {
			sizes = append(sizes, p.name+" "+thousands(p.size))
		}
	}
	return strings.Join(sizes, ", ") + " " + unit
}

// targets names what a task's targets are, in the plural.
func targets(kind task.Kind, unit data.Unit) string {
	if kind == task.Classify {
		return "examples"
	}
	return map[data.Unit]string{data.Character: "characters", data.Byte: "bytes", data.Word: "words"}[unit]
}
