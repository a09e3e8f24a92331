package task

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
)

// A Config is the shape of a model.
type Config struct {
	Task   Kind   `json:"task"`
	Cell   string `json:"cell"`   // a name of CellNames
	Hidden int    `json:"hidden"` // H of every layer
	Layers int    `json:"layers"`
	Embed  int    `json:"embed"` // width of the embedding; 0 where the inputs are numbers
	Steps  int    `json:"steps"` // T: the longest sequence that a graph is unrolled over
}

// newCell makes one layer of a stack, by the name of its cell.
var newCell = map[string]func(name string, inputSize, hiddenSize int, rng *rand.Rand) cells.TorchCell{
	"lstm": func(name string, in, hidden int, rng *rand.Rand) cells.TorchCell {
		return cells.NewLSTM(name, in, hidden, rng)
	},
	"rnn": func(name string, in, hidden int, rng *rand.Rand) cells.TorchCell {
		return cells.NewRNN(name, in, hidden, rng)
	},
}

// CellNames lists the names of the cells that a model can be made of.
func CellNames() []string {
	var names []string
	for name := range newCell {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Check returns an error that names the first field that cannot be.
func (c Config) Check() error {
	if !slices.Contains(Kinds(), c.Task) {
		return errors.Errorf("task: no task %q; the tasks are %v", c.Task, Kinds())
	}
	if newCell[c.Cell] == nil {
		return errors.Errorf("task: no cell %q; the cells are %s", c.Cell, strings.Join(CellNames(), ", "))
	}
	for name, size := range map[string]int{"hidden": c.Hidden, "layers": c.Layers, "steps": c.Steps} {
		if err := checkSize(name, size); err != nil {
			return err
		}
	}
	return nil
}

func checkSize(name string, size int) error {
	if size < 1 || size > 1<<24 {
		return errors.Errorf("task: %s is %d, want 1 or more", name, size)
	}
	return nil
}
