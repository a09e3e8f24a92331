package train

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// rememberEvery is the number of steps between copies of the weights in memory, which
// are what is left if training diverges before the first validation.
const rememberEvery = 50

// bestWeights hold a copy of the best weights, in memory and in a file.
type bestWeights struct {
	params []*graph.Param
	write  func() error // writes the model's file
	copies [][]float64
	kept   bool // the copies are of the best model so far
}

// seen remembers the weights after a number of steps, whose loss is now known, every now and then
// until a first model is kept.
func (w *bestWeights) seen(steps int, good bool) {
	if !w.kept && good && steps > 0 && steps%rememberEvery == 0 {
		w.remember()
	}
}

// remember copies the weights.
func (w *bestWeights) remember() { w.copies = weightsOf(w.params) }

// keep copies the weights and writes the model's file.
func (w *bestWeights) keep() error {
	w.remember()
	w.kept = true
	return w.write()
}

// with calls do while the parameters have the copied weights.
func (w *bestWeights) with(do func() error) error {
	latest := weightsOf(w.params)
	w.restore()
	err := do()
	setWeights(w.params, latest)
	return err
}

// restore puts the copied weights back.
func (w *bestWeights) restore() { setWeights(w.params, w.copies) }

// notFinite names a parameter that has an element that is not finite, if there is one.
func (w *bestWeights) notFinite() string {
	for _, p := range w.params {
		if slices.ContainsFunc(p.Floats(), func(x float64) bool { return !finite(x) }) {
			return p.Name()
		}
	}
	return ""
}

// weightsOf returns copies of parameters.
func weightsOf(params []*graph.Param) [][]float64 {
	var copies [][]float64
	for _, p := range params {
		copies = append(copies, p.Floats())
	}
	return copies
}

// setWeights puts copies that weightsOf returned into the same parameters.
func setWeights(params []*graph.Param, copies [][]float64) {
	for i, p := range params {
		if err := p.SetFloats(copies[i]); err != nil {
			panic(err) // a parameter does not change its size
		}
	}
}
