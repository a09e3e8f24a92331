// Package task says what a model's inputs and outputs mean. A language model predicts
// the token after each token of a text, a classifier the class of a sequence; both
// are an embedding, a stack of recurrent cells and a dense layer.
//
// Shapes are written with B the batch size, T the number of time steps, H the hidden
// size, V the vocabulary size and C the number of classes.
package task

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// A Kind is a task by its name on the command line.
type Kind string

// The tasks.
const (
	Characters Kind = "char"     // language model of characters or bytes
	Words      Kind = "word"     // language model of words
	Classify   Kind = "classify" // class of a sequence
)

// Kinds lists the tasks.
func Kinds() []Kind { return []Kind{Characters, Words, Classify} }

// LanguageModel tells whether the task is to predict the next token.
func (k Kind) LanguageModel() bool { return k == Characters || k == Words }

// A Config is the shape of a model.
type Config struct {
	Task   Kind   `json:"task"`
	Cell   string `json:"cell"`   // a name of CellNames
	Hidden int    `json:"hidden"` // H of every layer
	Layers int    `json:"layers"`
	Embed  int    `json:"embed"` // width of the embedding
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
	for name, size := range map[string]int{"hidden": c.Hidden, "layers": c.Layers, "embed": c.Embed, "steps": c.Steps} {
		if size < 1 || size > 1<<24 {
			return errors.Errorf("task: %s is %d, want 1 or more", name, size)
		}
	}
	return nil
}
