package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// Of samples of text by a language model.
const (
	sampleCharacters  = 300
	sampleWords       = 60
	sampleTemperature = 0.7
)

// textStream begins the streams of a seed's random numbers that text is drawn from, apart from those of
// a training.
const textStream = 1<<32 + 3

// A sampler shows how a language model writes while it learns.
type sampler struct {
	ctx      context.Context
	out      io.Writer
	settings *settings
	model    *task.Model
}

var _ train.Callback = (*sampler)(nil)

// Handle writes a sample after each so many steps. Its random numbers depend on the step
// alone, so that it is the same in a training that was resumed.
func (s *sampler) Handle(e train.Event) error {
	if e.Kind != train.Stepped || e.Step%s.settings.SampleEvery != 0 {
		return nil
	}
	fmt.Fprintf(s.out, "sample after step %d, at temperature %g:\n", e.Step, sampleTemperature)
	err := s.settings.writeSample(s.ctx, s.out, s.model, uint64(e.Step))
	if s.ctx.Err() != nil {
		return nil // the trainer will see it too, and save
	}
	return err
}

// writeSample writes some text, from the beginning of a line. Each number gives other
// text.
func (s *settings) writeSample(ctx context.Context, w io.Writer, m *task.Model, number uint64) error {
	length := sampleCharacters
	if s.Unit == schema.Word {
		length = sampleWords
	}
	ids, _ := m.Beginning("")
	err := continueText(ctx, w, m, ids, length, task.Sampling{Temperature: sampleTemperature}, rand.New(rand.NewPCG(s.Seed, textStream+number<<40)))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w)
	return err
}
