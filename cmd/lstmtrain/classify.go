package main

import (
	"context"

	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// labelJSON is a line that predict prints with a classifier of texts.
type labelJSON struct {
	Text string `json:"text"`
	classJSON
}

// seriesJSON is a line that predict prints with a classifier of series.
type seriesJSON struct {
	Series int    `json:"series"` // counted from 1
	File   string `json:"file,omitempty"`
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

// predictClasses prints the class of each text or series.
func predictClasses(ctx context.Context, m *task.Model, in *dataset.Input, s streams) error {
	if m.Features != nil {
		return predictSeries(ctx, m, in, s)
	}
	examples, err := in.Examples(m)
	if err != nil {
		return err
	}
	c, err := task.NewClassifier(m, task.Serving{Rows: min(predictBatch, len(examples))})
	if err != nil {
		return err
	}
	defer c.Close()
	return inChunks(ctx, examples, func(some []format.Example) error {
		texts := make([]string, len(some))
		for i, e := range some {
			texts[i] = e.Text
		}
		probabilities, err := c.Probabilities(texts)
		if err != nil {
			return err
		}
		for i, e := range some {
			if err := printJSON(s.out, labelJSON{e.Text, newClassJSON(m.Labels, e.Label, probabilities[i])}); err != nil {
				return err
			}
		}
		return nil
	})
}

func predictSeries(ctx context.Context, m *task.Model, in *dataset.Input, s streams) error {
	series, err := in.Series(m)
	if err != nil {
		return err
	}
	c, err := task.NewClassifier(m, task.Serving{Rows: min(predictBatch, len(series))})
	if err != nil {
		return err
	}
	defer c.Close()
	n := 0
	return inChunks(ctx, series, func(some []format.Series) error {
		probabilities, err := c.SeriesProbabilities(some)
		if err != nil {
			return err
		}
		for i, one := range some {
			n++
			if err := printJSON(s.out, seriesJSON{n, one.File, newClassJSON(m.Labels, one.Label, probabilities[i])}); err != nil {
				return err
			}
		}
		return nil
	})
}
