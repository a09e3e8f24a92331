package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
)

// values is the head of tasks whose targets are numbers: the outputs are forecasts, and the
// loss is the mean squared error, over the values of a target and over targets.
type values struct{}

var _ Head = values{}

// Loss declares the input values, of shape (n, O), and the output forecast.
func (values) Loss(b *graph.Builder, outputs, weights *graph.Node) *graph.Node {
	b.Output("forecast", outputs)
	return b.SquaredError(outputs, inputLike(b, "values", outputs), weights)
}

// inputLike declares an input of the shape of a matrix.
func inputLike(b *graph.Builder, name string, n *graph.Node) *graph.Node {
	shape := b.Shape(n)
	if b.Err() != nil {
		return nil
	}
	return b.Input(name, shape[0], shape[1])
}

// Predict adds nothing: Loss did.
func (values) Predict(*graph.Builder, *graph.Node) {}

// SetTargets sets the values.
func (values) SetTargets(p *graph.Program, batch *data.Batch) error {
	return errors.Wrap(p.SetFloats("values", batch.Values), "task: data.Batch.Values")
}

// BaselineLoss returns 1, the loss of the mean of values whose variance is 1.
func (values) BaselineLoss(int) float64 { return 1 }
