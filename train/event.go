// Package train runs a model on data, again and again, until told to stop; it keeps
// the best model, writes and reads model files, and tells callbacks what happens.
package train

import "time"

// An Event tells a callback what a Trainer has just done.
type Event struct {
	Kind         EventKind
	Epoch        int // counted from 1
	Epochs       int // to run
	Step         int // counted from 1 over all epochs
	Steps        int // to run
	Tokens       int // targets that counted in this step
	Part         Part
	GradientNorm float64 // global norm before clipping
	LearningRate float64
	Duration     time.Duration // of this step or validation
	Elapsed      time.Duration // since the training began, of the time that it ran
	Left         time.Duration // until the last step, at the mean speed so far
	Best         bool          // a validation that is the best so far
}

// An EventKind says what an Event is about.
type EventKind string

// The kinds of events.
const (
	Stepped   EventKind = "step"  // one batch; Part is of that batch
	Validated EventKind = "valid" // a validation; Part is of the whole validation set
)

// A Callback is told about each event, between steps and on the trainer's goroutine. An
// error ends the training.
type Callback interface {
	Handle(Event) error
}

// CallbackFunc makes a Callback of a function.
type CallbackFunc func(Event) error

// Handle calls f.
func (f CallbackFunc) Handle(e Event) error { return f(e) }

var _ Callback = CallbackFunc(nil)
