package task

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
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
