package benchmarks

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// A Mode is what a step does.
type Mode string

// The modes.
const (
	Train   Mode = "train"   // forward, loss, backward and Adam over all parameters
	Forward Mode = "forward" // the logits of a batch
)

// A Workload is the size of a model and of its batches: an embedding, a stack of
// recurrent cells and a dense layer. Its letters are those of the table in README.md, and
// of the JSON that a peer reads.
type Workload struct {
	Name       string `json:"workload"`
	Vocabulary int    `json:"V"` // 0 for real inputs without an embedding
	Inputs     int    `json:"E"` // width of the embedding, or of the real inputs
	Hidden     int    `json:"H"`
	Layers     int    `json:"layers"`
	Steps      int    `json:"T"`
	Batch      int    `json:"B"`
	Outputs    int    `json:"C"`     // classes
	EveryStep  bool   `json:"every"` // targets at every time step, else at the last
	Carry      bool   `json:"carry"` // inference that hands its state from step to step
}

// workloads are the models that papers and tutorials train, by size.
var workloads = []Workload{
	{Name: "char", Vocabulary: 65, Inputs: 65, Hidden: 128, Layers: 2, Steps: 50, Batch: 50, Outputs: 65, EveryStep: true},
	{Name: "ptb-small", Vocabulary: 10000, Inputs: 200, Hidden: 200, Layers: 2, Steps: 20, Batch: 20, Outputs: 10000, EveryStep: true},
	{Name: "imdb", Vocabulary: 20000, Inputs: 128, Hidden: 128, Layers: 1, Steps: 80, Batch: 32, Outputs: 2},
	{Name: "rows", Inputs: 28, Hidden: 128, Layers: 1, Steps: 28, Batch: 100, Outputs: 10},
	{Name: "ptb-medium", Vocabulary: 10000, Inputs: 650, Hidden: 650, Layers: 2, Steps: 35, Batch: 20, Outputs: 10000, EveryStep: true},
	{Name: "step", Vocabulary: 65, Inputs: 65, Hidden: 512, Layers: 2, Steps: 1, Batch: 1, Outputs: 65, EveryStep: true, Carry: true},
}

// Workloads returns the workloads that have a mode, smallest first but for step, which has
// no training.
func Workloads(m Mode) []Workload {
	return slices.DeleteFunc(slices.Clone(workloads), func(w Workload) bool { return !w.Has(m) })
}

// WorkloadNames lists the workloads.
func WorkloadNames() []string {
	names := make([]string, len(workloads))
	for i, w := range workloads {
		names[i] = w.Name
	}
	return names
}

// Find returns the workload of that name, or an error that lists them.
func Find(name string) (Workload, error) {
	for _, w := range workloads {
		if w.Name == name {
			return w, nil
		}
	}
	return Workload{}, errors.Errorf("no workload %q; the workloads are %s", name, strings.Join(WorkloadNames(), ", "))
}

// Has tells whether the workload has a mode: one that carries its state is inference.
func (w Workload) Has(m Mode) bool { return m == Forward || !w.Carry }

// Tokens returns the number of inputs of a step, T·B.
func (w Workload) Tokens() int { return w.Steps * w.Batch }

// targets returns the number of rows that the dense layer computes in a step.
func (w Workload) targets() int {
	if w.EveryStep {
		return w.Tokens()
	}
	return w.Batch
}
