package cells

import (
	"math"

	"github.com/seed-222a112c/lstm/graph"
)

// A Pool makes one row of the T outputs of each sequence: what a head reads that says
// something about the whole sequence. Masks are those of Unroll, nil if no row ends early;
// what is masked has no influence, and a sequence of length 0 gives zeros.
type Pool func(b *graph.Builder, outputs, masks []*graph.Node) *graph.Node

var _ = []Pool{LastStep, MeanStep, MaxStep}

// LastStep takes the output of each sequence's last step.
func LastStep(b *graph.Builder, outputs, masks []*graph.Node) *graph.Node {
	if masks == nil {
		return outputs[len(outputs)-1]
	}
	last := zerosLike(b, outputs[0])
	for t, y := range outputs {
		last = b.Select(masks[t], y, last)
	}
	return last
}

// MeanStep takes the mean of the outputs over each sequence's steps.
func MeanStep(b *graph.Builder, outputs, masks []*graph.Node) *graph.Node {
	if masks == nil {
		sum := outputs[0]
		for _, y := range outputs[1:] {
			sum = b.Add(sum, y)
		}
		return b.Affine(sum, 1/float64(len(outputs)), 0)
	}
	nothing := zerosLike(b, outputs[0])
	var sum, count *graph.Node
	for t, y := range outputs {
		y = b.Select(masks[t], y, nothing)
		if t == 0 {
			sum, count = y, masks[t]
		} else {
			sum, count = b.Add(sum, y), b.Add(count, masks[t])
		}
	}
	steps := b.Clamp(count, 1, math.Inf(1))
	return b.MulCol(sum, b.Div(b.Affine(steps, 0, 1), steps))
}

// MaxStep takes the largest output of each unit over each sequence's steps.
func MaxStep(b *graph.Builder, outputs, masks []*graph.Node) *graph.Node {
	most := outputs[0]
	if masks == nil {
		for _, y := range outputs[1:] {
			most = b.Max(most, y)
		}
		return most
	}
	seen := masks[0]
	for t, y := range outputs[1:] {
		m := masks[t+1]
		both := b.Select(seen, b.Max(most, y), y) // the first output counts whatever it is
		most, seen = b.Select(m, both, most), b.Max(seen, m)
	}
	return b.Select(seen, most, zerosLike(b, most))
}

// zerosLike returns zeros in the shape of n.
func zerosLike(b *graph.Builder, n *graph.Node) *graph.Node {
	if shape := b.Shape(n); len(shape) == 2 {
		return b.Constant(0, shape[0], shape[1])
	}
	return nil
}
