package weights

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
)

// Keras returns the tensors of the keras.layers.LSTM, GRU or SimpleRNN that computes what
// the cell does, in the order of its get_weights: prefix/kernel, prefix/recurrent_kernel
// and prefix/bias. An empty prefix is left out with its slash. Keras has no stack of
// layers, and a Bidirectional holds two, so call it once for each.
//
// The unit_forget_bias of Keras is in the bias that is stored. A [cells.OriginalGRU] is a
// GRU with reset_after=False, and a [cells.ReluRNN] a SimpleRNN with activation="relu".
func Keras(prefix string, cell cells.Cell) ([]Tensor, error) {
	switch c := cell.(type) {
	case *cells.LSTM:
		return kerasGates(prefix, c.Input, c.Forget, c.Candidate, c.Output), nil
	case *cells.GRU:
		t := kerasGates(prefix, c.Update, c.Reset, c.Candidate)
		n := t[2].Size()
		t[2].Shape = []int{2, n}
		t[2].parts = append(t[2].parts, recurrentBiases(n, c, c.Update, c.Reset)...)
		return t, nil
	case *cells.OriginalGRU:
		return kerasGates(prefix, c.Update, c.Reset, c.Candidate), nil
	case *cells.RNN:
		return kerasGates(prefix, c.Update), nil
	case *cells.ReluRNN:
		return kerasGates(prefix, c.Update), nil
	}
	return nil, errors.Errorf("weights: Keras has no layer like %T", cell)
}

// kerasGates returns the tensors of gates in Keras's order.
func kerasGates(prefix string, gates ...cells.Gate) []Tensor {
	return []Tensor{
		sideBySide(path(prefix, "kernel"), inputs(gates)...),
		sideBySide(path(prefix, "recurrent_kernel"), recurrent(gates)...),
		row(path(prefix, "bias"), biases(gates)...),
	}
}

// path returns prefix/name.
func path(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "/" + name
}
