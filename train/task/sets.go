package task

import (
	"math"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// sets is the head of tasks whose targets are sets of labels: the outputs are logits, one
// for each label to be there, and the loss is the negative log-likelihood of a set in nats.
type sets struct{}

var _ Head = sets{}

// Loss declares the input values, of shape (n, O), 1 where a label is there, and the
// output logits.
func (sets) Loss(b *graph.Builder, outputs, weights *graph.Node) *graph.Node {
	b.Output("logits", outputs)
	return b.BinaryCrossEntropy(outputs, inputLike(b, "values", outputs), weights)
}

// Predict adds the output probabilities.
func (sets) Predict(b *graph.Builder, outputs *graph.Node) {
	b.Output("probabilities", b.Sigmoid(outputs))
}

// SetTargets sets the labels.
func (sets) SetTargets(p *graph.Program, batch *data.Batch) error {
	return errors.Wrap(p.SetFloats("values", batch.Values), "task: data.Batch.Values")
}

// BaselineLoss returns O·log 2, the loss of even odds.
func (sets) BaselineLoss(outputs int) float64 { return float64(outputs) * math.Ln2 }
