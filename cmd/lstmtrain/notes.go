package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// A notesTrade is for models of polyphonic music.
type notesTrade struct{}

var _ trade = notesTrade{}

func (notesTrade) targets(schema.Unit) string { return "steps" }

func (notesTrade) complete(s *settings, flags *pflag.FlagSet) error {
	if len(s.Data) > 1 {
		return usagef("--task notes reads one --data file, but there are %d", len(s.Data))
	}
	s.Embed, s.VocabSize, s.MinCount = 0, 0, 0
	return nil
}

// longestUnrolled bounds the default of --steps.
const longestUnrolled = 200

// read takes the parts that the file has, or deals the pieces to parts if it has one.
func (notesTrade) read(s *settings) (*corpus, error) {
	rolls, err := format.ReadRolls(s.Data[0])
	if err != nil {
		return nil, err
	}
	parts := data.Parts[format.Roll](rolls)
	if len(parts.Valid)+len(parts.Test) == 0 {
		if parts, err = data.SplitShuffled(parts.Train, s.fractions(), s.files(), s.random(randomSplit)); err != nil {
			return nil, err
		}
	}
	if err := readParts(s, &parts, func(paths []string) ([]format.Roll, error) { return rollsOf(paths[0]) }); err != nil {
		return nil, err
	}
	if len(parts.Train) == 0 {
		return nil, &format.Error{File: s.files(), Problem: "holds no pieces for training"}
	}
	if s.Steps == 0 {
		longest := slices.MaxFunc(parts.Train, func(a, b format.Roll) int { return cmp.Compare(len(a), len(b)) })
		s.Steps = min(max(len(longest)-1, 1), longestUnrolled)
	}
	c := &corpus{origin: s.files(), schema: schema.Schema{Features: task.NoteFeatures()}}
	if err := fill(c, parts, func(rolls []format.Roll) (data.Source, error) {
		return data.NewRolls(rolls, s.Batch, s.Steps)
	}); err != nil {
		return nil, err
	}
	c.train.size, c.valid.size, c.test.size = predictedSteps(parts.Train), predictedSteps(parts.Valid), predictedSteps(parts.Test)
	return c, nil
}

// predictedSteps counts the steps but the first of each piece.
func predictedSteps(rolls []format.Roll) int {
	n := 0
	for _, r := range rolls {
		n += max(len(r)-1, 0)
	}
	return n
}

// rollsOf returns what a file is measured by: its test part, or all pieces if it has one
// part.
func rollsOf(path string) ([]format.Roll, error) {
	parts, err := format.ReadRolls(path)
	if len(parts.Test) > 0 {
		return parts.Test, err
	}
	return append(parts.Train, parts.Valid...), err
}

func (notesTrade) source(m *task.Model, files []string, _ columns, rows int) (data.Source, error) {
	var all []format.Roll
	for _, file := range files {
		rolls, err := rollsOf(file)
		if err != nil {
			return nil, err
		}
		all = append(all, rolls...)
	}
	return data.NewRolls(all, rows, m.Config.Steps)
}

// notesJSON is a line that predict prints with a model of notes.
type notesJSON struct {
	Piece int       `json:"piece"` // counted from 1
	Next  []keyJSON `json:"next"`  // the most probable first
}

type keyJSON struct {
	Key         int     `json:"key"` // its MIDI number
	Probability float64 `json:"probability"`
}

// predict prints the eight most probable keys after each piece.
func (notesTrade) predict(_ context.Context, p *prediction, m *task.Model, io streams) error {
	const shown = 8
	pieces, err := p.readRolls(io)
	if err != nil {
		return err
	}
	c, err := task.NewComposer(m, min(predictRows, len(pieces)))
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
		if err := printJSON(io.out, line); err != nil {
			return err
		}
	}
	return nil
}

func (p *prediction) readRolls(io streams) ([]format.Roll, error) {
	if p.data != "" {
		return rollsOf(p.data)
	}
	content, err := io.readAll("a JSON list of pieces")
	if err != nil {
		return nil, err
	}
	parts, err := format.RollsFromBytes("standard input", content)
	return slices.Concat(parts.Train, parts.Valid, parts.Test), err
}
