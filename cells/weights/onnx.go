package weights

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// ONNX returns the tensors of the operator LSTM, GRU or RNN that computes what the module,
// a single layer, does: prefix.W, of shape (D, 4H, I) for an LSTM, prefix.R, of shape
// (D, 4H, H), and prefix.B, of shape (D, 8H), the biases of the input before those of the
// recurrence; of a [cells.Peephole] also prefix.P, of shape (D, 3H). An empty prefix is left
// out with its dot. ONNX has no stack of layers, so call it once for each.
//
// The rest is in the operator's attributes: hidden_size; direction, for an operator of one
// direction has the same tensors whether it runs forward or in reverse; input_forget = 1 for
// a [cells.CIFG]; clip for a [cells.ClippedLSTM]; linear_before_reset = 1 for a [cells.GRU]
// and 0, which is the default, for a [cells.OriginalGRU]; and activations = ["Relu"] for a
// [cells.ReluRNN].
func ONNX(prefix string, m Module) ([]Tensor, error) {
	switch l := m.(type) {
	case cells.Forward:
		return onnxDirection(prefix, l.Cell)
	case cells.Backward:
		return onnxDirection(prefix, l.Cell)
	case cells.Bidirectional:
		return onnxDirections(prefix, l)
	}
	return onnxDirection(prefix, m)
}

// onnxDirections returns the tensors of two directions, forward first.
func onnxDirections(prefix string, l cells.Bidirectional) ([]Tensor, error) {
	if l.Merge != "" && l.Merge != cells.Concat {
		return nil, errors.Errorf("weights: ONNX keeps directions apart; it has no merge %q", l.Merge)
	}
	if fmt.Sprintf("%T", l.Forward) != fmt.Sprintf("%T", l.Backward) {
		return nil, errors.Errorf("weights: the directions of an ONNX operator are of one kind, not a %T and a %T", l.Forward, l.Backward)
	}
	tensors, err := onnxDirection(prefix, l.Forward)
	if err != nil {
		return nil, err
	}
	backward, err := onnxDirection(prefix, l.Backward)
	if err != nil {
		return nil, err
	}
	for i := range tensors {
		if tensors[i], err = tensors[i].behind(backward[i]); err != nil {
			return nil, err
		}
	}
	return tensors, nil
}

func onnxDirection(prefix string, cell Module) ([]Tensor, error) {
	if err := checkGates(cell); err != nil {
		return nil, err
	}
	switch c := cell.(type) {
	case *cells.LSTM:
		return onnxGates(prefix, c.Input, c.Output, c.Forget, c.Candidate), nil
	case *cells.ClippedLSTM:
		return onnxGates(prefix, c.Input, c.Output, c.Forget, c.Candidate), nil
	case *cells.CIFG:
		return onnxGates(prefix, c.Input, c.Output, cells.Gate{}, c.Candidate), nil
	case *cells.Peephole:
		t := onnxGates(prefix, c.Input.Gate, c.Output.Gate, c.Forget.Gate, c.Candidate)
		p := []*graph.Param{c.Input.P, c.Output.P, c.Forget.P}
		return append(t, Tensor{Name: join(prefix, "P"), Shape: []int{1, graph.Count(p)}, parts: abreast(0, p)}), nil
	case *cells.GRU:
		t := onnxGates(prefix, c.Update, c.Reset, c.Candidate)
		n := t[2].Size() / 2
		t[2].parts = append(abreast(0, biases([]cells.Gate{c.Update, c.Reset, c.Candidate})), recurrentBiases(n, c, c.Update, c.Reset)...)
		return t, nil
	case *cells.OriginalGRU:
		return onnxGates(prefix, c.Update, c.Reset, c.Candidate), nil
	case *cells.RNN:
		return onnxGates(prefix, c.Update), nil
	case *cells.ReluRNN:
		return onnxGates(prefix, c.Update), nil
	}
	return nil, errors.Errorf("weights: ONNX has no operator like %T", cell)
}

// onnxGates returns the tensors, for one direction, of gates in ONNX's order.
func onnxGates(prefix string, gates ...cells.Gate) []Tensor {
	w, u, b := inputs(gates), recurrent(gates), biases(gates)
	in, hidden := w[0].Shape()
	out, _ := u[0].Shape()
	n := len(gates) * hidden
	return []Tensor{
		{Name: join(prefix, "W"), Shape: []int{1, n, in}, parts: stacked(0, w)},
		{Name: join(prefix, "R"), Shape: []int{1, n, out}, parts: stacked(0, u)},
		{Name: join(prefix, "B"), Shape: []int{1, 2 * n}, parts: append(abreast(0, b), second(abreast(n, b))...)},
	}
}

// behind returns the tensor that holds u behind t along the first axis.
func (t Tensor) behind(u Tensor) (Tensor, error) {
	if !slices.Equal(t.Shape[1:], u.Shape[1:]) {
		return Tensor{}, errors.Errorf("weights: tensor %q has shapes %v and %v in two directions; they must be equal", t.Name, t.Shape[1:], u.Shape[1:])
	}
	end := t.Size()
	for _, p := range u.parts {
		p.offset += end
		t.parts = append(t.parts, p)
	}
	t.Shape = append([]int{t.Shape[0] + u.Shape[0]}, t.Shape[1:]...)
	return t, nil
}
