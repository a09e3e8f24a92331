package optim

import "math"

// A Schedule says how the learning rate changes from step to step: step t, counted from
// 1, has the rate that was set, times Factor(t). A schedule whose factors depend on more
// than the step is [Adaptive].
type Schedule interface {
	Factor(step int) float64
}

// An Adaptive schedule learns from validations, and what it has learnt is its state.
type Adaptive interface {
	Schedule
	Observer
	Stateful
}

// Constant leaves the learning rate as it is.
type Constant struct{}

// Factor returns 1.
func (Constant) Factor(int) float64 { return 1 }

// StepDecay lets the learning rate fall by the factor Gamma at intervals:
//
//	factor = γᵏ,  k = 0 up to step After, then 1, and one more after each Every steps
type StepDecay struct {
	After int     // how many steps have the full rate
	Every int     // steps from one fall to the next; at least 1
	Gamma float64 // γ
}

// Factor returns γᵏ.
func (s StepDecay) Factor(step int) float64 {
	if step <= s.After {
		return 1
	}
	return math.Pow(s.Gamma, float64(1+(step-s.After-1)/s.Every))
}

// Exponential lets the learning rate fall in every step, by the factor Gamma in Every
// steps:
//
//	factor = γ^((t − 1)/n)
type Exponential struct {
	Every int     // n, at least 1
	Gamma float64 // γ
}

// Factor returns γ^((t − 1)/n).
func (e Exponential) Factor(step int) float64 {
	return math.Pow(e.Gamma, float64(step-1)/float64(e.Every))
}

// Cosine lets the learning rate fall from 1 to Floor along half a wave, as Loshchilov and
// Hutter (2017) do, without restarts. After n steps it stays at the floor.
//
//	factor = floor + (1 − floor)·½·(1 + cos(π·(t − 1)/n))
type Cosine struct {
	Steps int     // n, at least 1
	Floor float64 // factor at the end
}

// Factor returns the height of the wave.
func (c Cosine) Factor(step int) float64 {
	done := min(1, float64(step-1)/float64(c.Steps))
	return c.Floor + (1-c.Floor)*0.5*(1+math.Cos(math.Pi*done))
}

// Noam is the schedule of Vaswani and others (2017): a linear rise, then a fall with the
// root of the step,
//
//	factor = min(t/n, √(n/t))
//
// so that it is 1 at step n. The learning rate is the highest one, for which the paper
// has 1/√(d·n) with d the width of the model.
type Noam struct {
	WarmUp int // n, at least 1
}

// Factor returns the smaller of rise and fall.
func (n Noam) Factor(step int) float64 {
	t := float64(step) / float64(n.WarmUp)
	return min(t, 1/math.Sqrt(t))
}

// WarmUp lets the learning rate rise linearly, to the full one in step n, and leaves the
// steps after it, counted from 1 again, to another schedule:
//
//	factor = t/n  up to step n, then that of Then for t − n
type WarmUp struct {
	Steps int // n, at least 1
	Then  Schedule
}

// Factor returns that of the rise or of the schedule after it.
func (w WarmUp) Factor(step int) float64 {
	if step <= w.Steps {
		return float64(step) / float64(w.Steps)
	}
	return w.Then.Factor(step - w.Steps)
}

// adaptive returns the part of a schedule that has a state, if there is one.
func adaptive(s Schedule) (Adaptive, bool) {
	for {
		if a, ok := s.(Adaptive); ok {
			return a, true
		}
		w, ok := s.(WarmUp)
		if !ok {
			return nil, false
		}
		s = w.Then
	}
}
