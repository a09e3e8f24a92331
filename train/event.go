package train

import (
	"time"

	"github.com/pkg/errors"
)

// An Event tells a callback what Fit has just done.
type Event struct {
	Kind         EventKind
	Epoch        int // counted from 1
	Epochs       int // to run; 0 if there is no end to them
	Step         int // counted from 1 over all epochs
	Steps        int // to run; 0 if there is no end to them
	Metrics      Metrics
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
	Stepped   EventKind = "step"  // one batch; Metrics are of that batch
	Validated EventKind = "valid" // a validation; Metrics are of the whole validation set
)

// Stop is the error by which a callback ends a training well: the model is validated, the best
// one kept, the training saved, and Fit returns no error.
var Stop = errors.New("train: a callback ended the training")

// A Callback is told about each event, between steps and on the goroutine of Fit. Its error ends
// the training; [Stop] ends it well.
type Callback interface {
	Handle(Event) error
}

// CallbackFunc makes a Callback of a function.
type CallbackFunc func(Event) error

// Handle calls f.
func (f CallbackFunc) Handle(e Event) error { return f(e) }

var _ Callback = CallbackFunc(nil)
