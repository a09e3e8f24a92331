package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/task"
)

// notesJSON is a line that predict prints with a model of notes.
type notesJSON struct {
	Piece int       `json:"piece"` // counted from 1
	Next  []keyJSON `json:"next"`  // the most probable first
}

type keyJSON struct {
	Key         int     `json:"key"` // its MIDI number
	Probability float64 `json:"probability"`
}

// predictKeys prints the eight most probable keys after each piece.
func predictKeys(_ context.Context, m *task.Model, in *dataset.Input, s streams) error {
	const shown = 8
	pieces, err := in.Pieces()
	if err != nil {
		return err
	}
	c, err := task.NewComposer(m, task.Serving{Rows: min(predictBatch, len(pieces))})
	if err != nil {
		return err
	}
	defer c.Close()
	next, err := c.Next(pieces)
	if err != nil {
		return err
	}
	for i, probabilities := range next {
		line := notesJSON{Piece: i + 1}
		for k, probability := range probabilities {
			line.Next = append(line.Next, keyJSON{format.LowestKey + k, probability})
		}
		slices.SortStableFunc(line.Next, func(a, b keyJSON) int { return cmp.Compare(b.Probability, a.Probability) })
		line.Next = line.Next[:shown]
		if err := printJSON(s.out, line); err != nil {
			return err
		}
	}
	return nil
}
