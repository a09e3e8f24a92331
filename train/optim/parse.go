package optim

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// scheduleForms are the schedules by name, with what may follow it and the defaults.
const scheduleForms = `constant, step:every=1epochs,gamma=0.5,after=EVERY, exponential:every=1epochs,gamma=0.95, cosine:steps=REST,floor=0, plateau:gamma=0.5,patience=2,floor=0, noam:steps=4000, warmup:steps=1epochs+SCHEDULE`

// ParseSchedule returns the schedule that a text describes: a name, then perhaps a colon
// and settings, such as "step:every=2epochs,gamma=0.1". The schedules and the defaults of
// their settings are
//
//	constant
//	step:every=1epochs,gamma=0.5,after=1epochs    see [StepDecay]; after is by default what every is
//	exponential:every=1epochs,gamma=0.95          see [Exponential]
//	cosine:steps=all,floor=0                      see [Cosine]; all are the steps of the run that are left
//	plateau:gamma=0.5,patience=2,floor=0          see [NewPlateau]; patience counts validations
//	noam:steps=4000                               see [Noam]
//	warmup:steps=1epochs+cosine                   see [WarmUp]; any schedule may follow the plus
//
// A number of steps may be followed by "epochs". An epoch has so many steps as the first
// argument says, and the run as the second. Every other text is an error that lists the
// schedules.
func ParseSchedule(text string, epoch, run int) (Schedule, error) {
	first, then, composed := strings.Cut(text, "+")
	o, err := parseOptions(first, max(epoch, 1))
	if err != nil {
		return nil, err
	}
	if composed != (o.name == "warmup") {
		return nil, errors.Errorf("optim: schedule %q: warmup, and no other, is followed by a plus and a schedule, as in warmup:steps=100+cosine", text)
	}
	schedule := o.schedule(run)
	if w, ok := schedule.(WarmUp); ok && o.err == nil {
		if w.Then, err = ParseSchedule(then, epoch, run-w.Steps); err != nil {
			return nil, err
		}
		schedule = w
	}
	if err := o.finish(); err != nil {
		return nil, errors.WithMessagef(err, "optim: schedule %q", text)
	}
	return schedule, nil
}

// schedule returns the schedule, or nil if there is none of the name.
func (o *options) schedule(run int) Schedule {
	switch o.name {
	case "constant":
		return Constant{}
	case "step":
		every := o.steps("every", o.epoch)
		return StepDecay{Every: every, Gamma: o.number("gamma", 0.5), After: o.steps("after", every)}
	case "exponential":
		return Exponential{Every: o.steps("every", o.epoch), Gamma: o.number("gamma", 0.95)}
	case "cosine":
		return Cosine{Steps: o.steps("steps", max(run, 1)), Floor: o.number("floor", 0)}
	case "plateau":
		if gamma, floor, patience := o.number("gamma", 0.5), o.number("floor", 0), o.count("patience", 2); o.err == nil {
			return NewPlateau(gamma, floor, patience)
		}
	case "noam":
		return Noam{WarmUp: o.steps("steps", 4000)}
	case "warmup":
		return WarmUp{Steps: o.steps("steps", o.epoch)}
	default:
		o.fail(errors.Errorf("no schedule %q; there are %s", o.name, scheduleForms))
	}
	return nil
}

// options are the settings of a schedule. Each is removed when it is read; the first
// error sticks.
type options struct {
	name   string
	epoch  int // in steps
	values map[string]string
	err    error
}

func parseOptions(text string, epoch int) (*options, error) {
	name, rest, given := strings.Cut(text, ":")
	o := &options{name: name, epoch: epoch, values: map[string]string{}}
	if !given {
		return o, nil
	}
	for _, pair := range strings.Split(rest, ",") {
		key, value, ok := strings.Cut(pair, "=")
		if _, twice := o.values[key]; !ok || twice {
			return nil, errors.Errorf("optim: schedule %q: %q, expected key=value, and each key once", text, pair)
		}
		o.values[key] = value
	}
	return o, nil
}

func (o *options) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// take returns the value of a key, if it is given.
func (o *options) take(key string) (string, bool) {
	value, ok := o.values[key]
	delete(o.values, key)
	return value, ok
}

// number returns a fraction, from 0 to below 1.
func (o *options) number(key string, standard float64) float64 {
	text, ok := o.take(key)
	if !ok {
		return standard
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !fraction(x) {
		o.fail(errors.Errorf("%s is %q, expected a number from 0 to below 1", key, text))
	}
	return x
}

// count returns a whole number that is positive.
func (o *options) count(key string, standard int) int {
	text, ok := o.take(key)
	if !ok {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		o.fail(errors.Errorf("%s is %q, expected a whole number of 1 or more", key, text))
	}
	return n
}

// steps returns a number of steps, which may be given in epochs.
func (o *options) steps(key string, standard int) int {
	text, ok := o.take(key)
	if !ok {
		return standard
	}
	unit := 1
	number := strings.TrimSuffix(text, "epochs")
	if number != text {
		unit = o.epoch
	}
	x, err := strconv.ParseFloat(number, 64)
	n := int(x * float64(unit))
	if err != nil || !(x > 0 && x <= 1<<31) || n < 1 || unit == 1 && number == text && float64(n) != x {
		o.fail(errors.Errorf("%s is %q, expected a number of steps of 1 or more, such as 200, or of epochs, such as 1.5epochs", key, text))
	}
	return n
}

// finish returns the first error, one of them that a key is left which nobody read.
func (o *options) finish() error {
	for _, key := range slices.Sorted(maps.Keys(o.values)) {
		o.fail(errors.Errorf("%s has no setting %q; the schedules are %s", o.name, key, scheduleForms))
	}
	return o.err
}
