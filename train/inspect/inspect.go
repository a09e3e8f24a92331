// Package inspect tells what is in a model file, and what the engine makes of the graph that trains
// the model.
package inspect

import (
	"math"

	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// A Description is what is in a model file.
type Description struct {
	File       string           `json:"file"`
	Version    string           `json:"version"`
	Verified   bool             `json:"checksum_verified"`
	Config     task.Config      `json:"config"`
	Unit       schema.Unit      `json:"unit,omitempty"`
	Vocabulary int              `json:"vocabulary,omitempty"`    // its size
	Symbols    []string         `json:"first_symbols,omitempty"` // of the vocabulary
	Affixes    int              `json:"affixes,omitempty"`       // letters of the longest
	Features   *schema.Features `json:"features,omitempty"`
	Horizon    *schema.Horizon  `json:"horizon,omitempty"`
	Labels     []string         `json:"labels,omitempty"`
	Tensors    []Tensor         `json:"tensors"`
	Parameters int              `json:"parameters"`            // one bias for each gate
	TwoBiases  int              `json:"parameters_two_biases"` // as PyTorch counts
	Program    *Program         `json:"program,omitempty"`     // that trains the model
}

// A Tensor is one of a model's, under the name that PyTorch gives it.
type Tensor struct {
	Name  string  `json:"name"`
	Shape []int   `json:"shape"`
	Count int     `json:"count"`
	Mean  float64 `json:"mean"`
	Std   float64 `json:"std"`
}

// ShownSymbols is how many symbols of a vocabulary a Description holds.
const ShownSymbols = 20

// File returns what is in a model file, and the model.
func File(path string) (*Description, *task.Model, error) {
	m, err := train.LoadAs[*task.Model](path)
	if err != nil {
		return nil, nil, err
	}
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	d := &Description{
		File:       path,
		Version:    file.Metadata["lstm.version"],
		Verified:   file.Verified,
		Config:     m.Config,
		Features:   m.Features,
		Horizon:    m.Horizon,
		Parameters: graph.Count(m.Params()),
	}
	if m.Vocabulary != nil {
		symbols := m.Vocabulary.Symbols()
		d.Unit, d.Vocabulary, d.Symbols = m.Vocabulary.Unit(), len(symbols), symbols[:min(ShownSymbols, len(symbols))]
	}
	if m.Affixes != nil {
		d.Affixes = m.Affixes.Longest
	}
	if m.Labels != nil {
		d.Labels = m.Labels.Names()
	}
	for _, t := range m.Tensors() {
		d.Tensors = append(d.Tensors, newTensor(t))
		d.TwoBiases += d.Tensors[len(d.Tensors)-1].Count
	}
	return d, m, nil
}

func newTensor(t weights.Tensor) Tensor {
	x := t.Floats()
	n := float64(len(x))
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	for _, v := range x {
		squares += (v - sum/n) * (v - sum/n)
	}
	return Tensor{t.Name, t.Shape, len(x), sum / n, math.Sqrt(squares / n)}
}
