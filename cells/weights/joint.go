package weights

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// TensorFlow returns the tensors of the LSTMCell, GRUCell or BasicRNNCell of TensorFlow 1
// that computes what the cell does: prefix/kernel, in which the rows for the input lie on top
// of those for the output of the step before, and prefix/bias. A [cells.Peephole] has also
// prefix/w_f_diag, w_i_diag and w_o_diag, a [cells.LSTMP] prefix/projection/kernel. A GRUCell
// is a [cells.OriginalGRU] and has two pairs, prefix/gates and prefix/candidate.
//
// An LSTMCell adds forgetBias, by default 1, to the forget gate's bias when it runs, so
// that much less is stored. What is lost by that is what the framework loses: biases that
// are zero or float32 numbers of 2⁻²⁹ or more come back as the same bits, and others to
// within 2⁻⁵³·(|b| + |forgetBias|). With a forgetBias of 0 all do. A GRUCell and a
// BasicRNNCell add nothing.
func TensorFlow(prefix string, cell cells.Cell, forgetBias float64) ([]Tensor, error) {
	if err := checkGates(cell); err != nil {
		return nil, err
	}
	switch c := cell.(type) {
	case *cells.LSTM:
		t := jointLayer(prefix, c.Input, c.Candidate, c.Forget, c.Output)
		return withRunTime(t, c.Forget.B, forgetBias), nil
	case *cells.LSTMP:
		t := jointLayer(prefix, c.Input, c.Candidate, c.Forget, c.Output)
		t = append(t, sideBySide(path(prefix, "projection/kernel"), c.Projection))
		return withRunTime(t, c.Forget.B, forgetBias), nil
	case *cells.Peephole:
		t := jointLayer(prefix, c.Input.Gate, c.Candidate, c.Forget.Gate, c.Output.Gate)
		t = append(t, row(path(prefix, "w_f_diag"), c.Forget.P), row(path(prefix, "w_i_diag"), c.Input.P), row(path(prefix, "w_o_diag"), c.Output.P))
		return withRunTime(t, c.Forget.B, forgetBias), nil
	case *cells.OriginalGRU:
		return append(jointLayer(path(prefix, "gates"), c.Reset, c.Update), jointLayer(path(prefix, "candidate"), c.Candidate)...), nil
	case *cells.RNN:
		return jointLayer(prefix, c.Update), nil
	}
	return nil, errors.Errorf("weights: TensorFlow 1 has no cell like %T", cell)
}

// Haiku returns the tensors of the hk.LSTM that computes what the cell does: prefix/w,
// laid out as the kernel of [TensorFlow], and prefix/b, where the prefix is that of its
// linear module, such as lstm/linear. Haiku adds 1 to the forget gate's bias when it
// runs, as TensorFlow does.
func Haiku(prefix string, cell cells.Cell) ([]Tensor, error) {
	if err := checkGates(cell); err != nil {
		return nil, err
	}
	c, ok := cell.(*cells.LSTM)
	if !ok {
		return nil, errors.Errorf("weights: only an LSTM goes to Haiku, not a %T", cell)
	}
	t := joint(path(prefix, "w"), path(prefix, "b"), c.Input, c.Candidate, c.Forget, c.Output)
	return withRunTime(t, c.Forget.B, 1), nil
}

// jointLayer returns the tensors of gates by TensorFlow's names.
func jointLayer(prefix string, gates ...cells.Gate) []Tensor {
	return joint(path(prefix, "kernel"), path(prefix, "bias"), gates...)
}

// joint returns the tensors of gates whose input and recurrent weights are in one.
func joint(weight, bias string, gates ...cells.Gate) []Tensor {
	w, u, b := inputs(gates), recurrent(gates), biases(gates)
	in, _ := w[0].Shape()
	out, _ := u[0].Shape()
	cols := graph.Count(b)
	return []Tensor{
		{Name: weight, Shape: []int{in + out, cols}, parts: append(abreast(0, w), abreast(in*cols, u)...)},
		row(bias, b...),
	}
}

// withRunTime marks a parameter to which the framework adds x when it runs.
func withRunTime(tensors []Tensor, param *graph.Param, x float64) []Tensor {
	for _, t := range tensors {
		for i := range t.parts {
			if t.parts[i].param == param {
				t.parts[i].runTime = x
			}
		}
	}
	return tensors
}
