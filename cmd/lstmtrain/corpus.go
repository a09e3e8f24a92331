package main

import (
	"math/rand/v2"
	"strings"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/schema"
)

// A corpus is the data of a training.
type corpus struct {
	origin             string // the files, for people
	schema             schema.Schema
	train, valid, test part
	notes              []string // what the user should know
}

// A part is a part of a corpus. Its source is nil if there is no such part.
type part struct {
	source data.Source
	size   int // targets or examples
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

// shuffled reads examples and deals them to the parts: those of --data at random, but
// for the parts that have files of their own.
func shuffled[E any](s *settings, read func(paths []string) ([]E, error)) (parts data.Parts[E], err error) {
	all, err := read(s.Data)
	if err != nil {
		return parts, err
	}
	if s.Limit > 0 {
		all = data.Sample(all, s.Limit, s.random(randomSample))
	}
	parts, err = data.SplitShuffled(all, s.fractions(), s.files(), s.random(randomSplit))
	if err != nil {
		return parts, err
	}
	return parts, readParts(s, &parts, read)
}

// readParts reads the parts that have files of their own.
func readParts[E any](s *settings, parts *data.Parts[E], read func(paths []string) ([]E, error)) (err error) {
	if s.Valid != "" {
		if parts.Valid, err = read([]string{s.Valid}); err != nil {
			return err
		}
	}
	if s.Test != "" {
		parts.Test, err = read([]string{s.Test})
	}
	return err
}

// fill makes the parts of a corpus, of those that are not empty.
func fill[E any](c *corpus, parts data.Parts[E], source func([]E) (data.Source, error)) error {
	for _, p := range []struct {
		examples []E
		into     *part
	}{{parts.Train, &c.train}, {parts.Valid, &c.valid}, {parts.Test, &c.test}} {
		if len(p.examples) == 0 {
			continue
		}
		made, err := source(p.examples)
		if err != nil {
			return err
		}
		*p.into = part{made, len(p.examples)}
	}
	return nil
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
