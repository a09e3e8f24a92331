package task

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
)

// A Config is the shape of a model, and what is random while it is trained.
type Config struct {
	Task   Kind   `json:"task"`
	Cell   string `json:"cell"`   // a name of cells.Names
	Hidden int    `json:"hidden"` // H of every layer
	Layers int    `json:"layers"`
	Embed  int    `json:"embed"` // width of the embedding; 0 where the inputs are numbers
	Steps  int    `json:"steps"` // T: the longest sequence that a graph is unrolled over

	Bidirectional bool `json:"bidirectional,omitempty"` // each layer has H units that read forward and H that read backward
	Tie           bool `json:"tie,omitempty"`           // the head shares the table of the embedding, which is as wide as H
	Pool          Pool `json:"pool,omitempty"`          // what the head reads of a whole sequence; Last if empty

	Dropout          float64 `json:"dropout,omitempty"`           // rate for the embedding, between layers and before the head
	RecurrentDropout float64 `json:"recurrent_dropout,omitempty"` // rate for the h that gates read, alike in all steps
	Zoneout          float64 `json:"zoneout,omitempty"`           // rate at which units keep their memories, h and c
}

// Check returns an error that names the first field that cannot be.
func (c Config) Check() error {
	if !slices.Contains(Kinds(), c.Task) {
		return errors.Errorf("task: no task %q; the tasks are %v, and task.Register adds others", c.Task, Kinds())
	}
	if !cells.Registered(c.Cell) {
		return errors.Errorf("task: no cell %q; the cells are %s", c.Cell, strings.Join(cells.Names(), ", "))
	}
	for name, size := range map[string]int{"hidden": c.Hidden, "layers": c.Layers, "steps": c.Steps} {
		if err := checkSize(name, size); err != nil {
			return err
		}
	}
	return errors.Wrap(c.CheckOptions(), "task")
}

// CheckOptions returns an error that says why an option does not apply to the task or the
// cell.
func (c Config) CheckOptions() error {
	for _, check := range []func() error{c.checkBidirectional, c.checkTie, c.checkPool, c.checkRates} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) checkBidirectional() error {
	if t := c.Task.Task(); c.Bidirectional && (c.Task == Notes || t != nil && t.Reading() == Carried) {
		return errors.Errorf("bidirectional does not apply to task %s, which predicts what follows each step: the other direction would have read it", c.Task)
	}
	return nil
}

func (c Config) checkTie() error {
	switch {
	case !c.Tie:
		return nil
	case !c.Task.LanguageModel():
		return errors.Errorf("tie does not apply to task %s, whose outputs are not the symbols that it reads", c.Task)
	case c.Embed != c.Hidden:
		return errors.Errorf("tie needs an embedding as wide as a layer, for both read the same table: it is %d and the layer %d", c.Embed, c.Hidden)
	}
	return nil
}

func (c Config) checkPool() error {
	if c.Pool == "" {
		return nil
	}
	if pools[c.Pool] == nil && c.Pool != Last {
		return errors.Errorf("no pool %q; the pools are %v", c.Pool, Pools())
	}
	if t := c.Task.Task(); c.Pool != Last && t != nil && t.Reading() != LastStep {
		return errors.Errorf("pool %s does not apply to task %s, whose head reads every step", c.Pool, c.Task)
	}
	return nil
}

// checkRates refuses what would wipe a memory, or keep one part of it and not another.
func (c Config) checkRates() error {
	for name, rate := range map[string]float64{"dropout": c.Dropout, "recurrent-dropout": c.RecurrentDropout, "zoneout": c.Zoneout} {
		if !(rate >= 0 && rate < 1) {
			return errors.Errorf("%s is %g, want it from 0 to below 1", name, rate)
		}
	}
	cell, err := cells.New(c.Cell, c.Cell, 1, 1, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		return err
	}
	switch {
	case c.RecurrentDropout > 0 && !slices.Contains(cells.Memories(cell), "h"):
		return errors.Errorf("recurrent-dropout does not apply to cell %s, whose gates read no h", c.Cell)
	case c.RecurrentDropout > 0 && cells.HiddenIsMemory(cell):
		return errors.Errorf("recurrent-dropout does not apply to cell %s, whose h is its memory", c.Cell)
	case c.Zoneout > 0:
		return errors.Wrapf(cells.CheckZoneout(cell), "zoneout does not apply to cell %s", c.Cell)
	}
	return nil
}

// Whole names the option because of which a model reads sequences as a whole, not in blocks,
// or returns nothing.
func (c Config) Whole() string {
	switch {
	case c.Bidirectional:
		return "bidirectional"
	case c.Pool != "" && c.Pool != Last:
		return "pool " + string(c.Pool)
	}
	return ""
}

func checkSize(name string, size int) error {
	if size < 1 || size > 1<<24 {
		return errors.Errorf("task: %s is %d, want 1 or more", name, size)
	}
	return nil
}
