package weights

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
)

// Keras returns the tensors of the keras.layers.LSTM, GRU or SimpleRNN that computes what
// the module does, in the order of its get_weights: prefix/kernel, prefix/recurrent_kernel
// and prefix/bias. Those of a Bidirectional are in prefix/forward_layer and then in
// prefix/backward_layer. An empty prefix is left out with its slash. Keras has no stack of
// layers, so call it once for each.
//
// The unit_forget_bias of Keras is in the bias that is stored. A [cells.OriginalGRU] is a
// GRU with reset_after=False, and a [cells.ReluRNN] a SimpleRNN with activation="relu". A
// layer that is [cells.Backward] has go_backwards=True in Keras, which leaves its outputs in
// the order in which they were computed.
func Keras(prefix string, m Module) ([]Tensor, error) {
	switch l := m.(type) {
	case cells.Forward:
		return kerasDirection(prefix, l.Cell)
	case cells.Backward:
		return kerasDirection(prefix, l.Cell)
	case cells.Bidirectional:
		forward, err := kerasDirection(path(prefix, "forward_layer"), l.Forward)
		if err != nil {
			return nil, err
		}
		backward, err := kerasDirection(path(prefix, "backward_layer"), l.Backward)
		return append(forward, backward...), err
	}
	return kerasDirection(prefix, m)
}

func kerasDirection(prefix string, cell Module) ([]Tensor, error) {
	if err := checkGates(cell); err != nil {
		return nil, err
	}
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
