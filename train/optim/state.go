package optim

import (
	"slices"

	"github.com/pkg/errors"
)

// AdamState is what Adam carries from one step to the next, so that a run that is
// stopped can be resumed to the same bits. The settings, and with them the
// learning rate, are not part of it.
type AdamState struct {
	Step       int       // the number of steps taken
	Parameters []Moments // by position in the model; none before the first step
}

// Moments are the running means that Adam keeps for a parameter, row-major and in
// its dtype: both are []float32 or both are []float64.
type Moments struct {
	Mean   any // m, of the gradient
	Square any // v, of the gradient's square
}

// State returns a copy of the state.
func (a *Adam) State() AdamState {
	s := AdamState{Step: a.step}
	for _, p := range a.parameters {
		s.Parameters = append(s.Parameters, p.moments())
	}
	return s
}

// SetState makes the next step the one that follows a copy of s. It fails, and
// changes nothing, if s is not a state that State can return: if the step is
// negative, or if the moments of a parameter are of different types or lengths.
// That they fit the model is checked by the next step.
func (a *Adam) SetState(s AdamState) error {
	if s.Step < 0 {
		return errors.Errorf("optim: state of Adam after step %d, expected no negative step", s.Step)
	}
	var parameters []parameter
	for i, moments := range s.Parameters {
		p, err := moments.parameter()
		if err != nil {
			return errors.WithMessagef(err, "optim: state of Adam for parameter %d", i)
		}
		parameters = append(parameters, p)
	}
	a.step, a.parameters = s.Step, parameters
	return nil
}

// parameter returns a parameter with a copy of the moments.
func (s Moments) parameter() (parameter, error) {
	switch mean := s.Mean.(type) {
	case []float32:
		if square, ok := s.Square.([]float32); ok && len(square) == len(mean) {
			return &floatParameter[float32]{m: slices.Clone(mean), v: slices.Clone(square)}, nil
		}
	case []float64:
		if square, ok := s.Square.([]float64); ok && len(square) == len(mean) {
			return &floatParameter[float64]{m: slices.Clone(mean), v: slices.Clone(square)}, nil
		}
	}
	return nil, errors.Errorf("moments are %T and %T, expected two []float32 or two []float64 of one length", s.Mean, s.Square)
}

// moments returns a copy of the moments.
func (p *floatParameter[F]) moments() Moments {
	return Moments{Mean: slices.Clone(p.m), Square: slices.Clone(p.v)}
}
