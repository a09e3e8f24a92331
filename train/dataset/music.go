package dataset

import (
	"cmp"
	"slices"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// music reads pieces for models of polyphonic music.
type music struct{}

var _ reader = music{}

func (music) targets(schema.Unit) string { return "steps" }

func (music) complete(_ *task.Config, o *Options) error {
	if len(o.Data) > 1 {
		return optionf("--task notes reads one --data file, but there are %d", len(o.Data))
	}
	return nil
}

// longestUnrolled bounds the default of Steps.
const longestUnrolled = 200

// open takes the parts that the file has, or deals the pieces to parts if it has one.
func (music) open(s *Set) error {
	o := &s.Options
	rolls, err := format.ReadRolls(o.Data[0])
	if err != nil {
		return err
	}
	parts := data.Parts[format.Roll](rolls)
	if len(parts.Valid)+len(parts.Test) == 0 {
		if parts, err = data.SplitShuffled(parts.Train, o.fractions(), o.files(), o.random(splitStream)); err != nil {
			return err
		}
	}
	if err := readParts(o, &parts, pieces); err != nil {
		return err
	}
	if len(parts.Train) == 0 {
		return &format.Error{File: o.files(), Problem: "holds no pieces for training"}
	}
	if s.Config.Steps == 0 {
		longest := slices.MaxFunc(parts.Train, func(a, b format.Roll) int { return cmp.Compare(len(a), len(b)) })
		s.Config.Steps = min(max(len(longest)-1, 1), longestUnrolled)
	}
	s.Schema = schema.Schema{Features: task.NoteFeatures()}
	return fill(s, parts, predictedSteps, func(rolls []format.Roll) (data.Source[data.Batch], error) {
		return data.NewRolls(rolls, o.Batch, s.Config.Steps)
	})
}

// predictedSteps counts the steps but the first of each piece.
func predictedSteps(rolls []format.Roll) int {
	n := 0
	for _, r := range rolls {
		n += max(len(r)-1, 0)
	}
	return n
}

// pieces returns what files are measured by: their test parts, or all pieces of those that have
// one part.
func pieces(paths []string) ([]format.Roll, error) {
	return concat(paths, func(path string) ([]format.Roll, error) {
		parts, err := format.ReadRolls(path)
		if len(parts.Test) > 0 {
			return parts.Test, err
		}
		return append(parts.Train, parts.Valid...), err
	})
}

func (music) source(m *task.Model, files []string, _ Columns, rows int) (data.Source[data.Batch], error) {
	all, err := pieces(files)
	if err != nil {
		return nil, err
	}
	return data.NewRolls(all, rows, m.Config.Steps)
}
