package main

import (
	"encoding/json"
	"io"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/task"
)

// resultJSON is what train prints with --json.
type resultJSON struct {
	Task       task.Kind      `json:"task"`
	Steps      int            `json:"steps"`
	Epochs     int            `json:"epochs"`
	Seconds    float64        `json:"seconds"`    // of training, over all sessions of a run
	Parameters int            `json:"parameters"` // with one bias for each gate
	Model      string         `json:"model"`
	Train      *train.Metrics `json:"train"` // of the last epoch, while the weights changed
	Valid      *train.Metrics `json:"valid"` // of the kept model
	Test       *train.Metrics `json:"test"`  // of the kept model
}

// printJSON prints a line of JSON.
func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // <unk> is easier to read than \u003cunk\u003e
	return errors.Wrap(encoder.Encode(v), "writing JSON")
}
