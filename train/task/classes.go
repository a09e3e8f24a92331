package task

import (
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// classes is the head of tasks whose targets are classes: the outputs are logits, and the
// loss is the cross-entropy in nats.
type classes struct{}

var _ Head = classes{}

// Loss declares the input targets, n class numbers, and the output logits.
func (classes) Loss(b *graph.Builder, outputs, weights *graph.Node) *graph.Node {
	n := 0
	if shape := b.Shape(outputs); len(shape) > 0 {
		n = shape[0]
	}
	b.Output("logits", outputs)
	return b.CrossEntropy(outputs, b.Indices("targets", n), weights, graph.CrossEntropySettings{})
}

// Predict adds the output probabilities.
func (classes) Predict(b *graph.Builder, outputs *graph.Node) {
	b.Output("probabilities", b.Softmax(outputs))
}

// SetTargets sets the class numbers.
func (classes) SetTargets(p *graph.Program, batch *data.Batch) error {
	return errors.Wrap(p.SetInts("targets", batch.Targets), "task: data.Batch.Targets")
}

// BaselineLoss returns log C, the loss of equal probabilities.
func (classes) BaselineLoss(outputs int) float64 { return math.Log(float64(outputs)) }
