package task

import (
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// Set sets the inputs that Loss declared.
func (m *Model) Set(p *graph.Program, batch *data.Batch) error {
	if err := m.SetInputs(p, batch); err != nil {
		return err
	}
	if err := m.Task().SetTargets(p, batch); err != nil {
		return err
	}
	return p.SetFloats("weights", batch.Weights)
}

// SetInputs sets the inputs that Advance declared.
func (m *Model) SetInputs(p *graph.Program, batch *data.Batch) error {
	if m.Task().Reading() != Carried {
		if err := setSteps(p, maskName, batch, batch.Mask, 1); err != nil {
			return err
		}
	}
	if m.Embedding == nil {
		return setSteps(p, numbersName, batch, batch.Numbers, m.Features.Len())
	}
	for k := range m.parts() {
		if err := p.SetInts(partName(k), batch.Parts[k]); err != nil {
			return err
		}
	}
	return p.SetInts("tokens", batch.Inputs)
}

// setSteps hands each step its part of x, of shape (T·B, width).
func setSteps(p *graph.Program, name func(t int) string, batch *data.Batch, x []float64, width int) error {
	size := batch.Rows * width
	for t := range batch.Steps {
		if err := p.SetFloats(name(t), x[t*size:(t+1)*size]); err != nil {
			return err
		}
	}
	return nil
}
