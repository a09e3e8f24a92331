package weights

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// Keras returns the tensors of the keras.layers.LSTM, GRU or SimpleRNN that computes what
// the cell does, in the order of its get_weights: prefix/kernel, prefix/recurrent_kernel
// and prefix/bias. An empty prefix is left out with its slash. Keras has no stack of
// layers, and a Bidirectional holds two, so call it once for each.
//
// The unit_forget_bias of Keras is in the bias that is stored.
func Keras(prefix string, cell cells.Cell) ([]Tensor, error) {
	switch c := cell.(type) {
	case *cells.LSTM:
		return kerasGates(prefix, c.Input, c.Forget, c.Candidate, c.Output), nil
	case *cells.RNN:
		return kerasGates(prefix, c.Update), nil
	}
	return nil, errors.Errorf("weights: Keras has no layer like %T", cell)
}

// kerasGates returns the tensors of gates in Keras's order.
func kerasGates(prefix string, gates ...cells.Gate) []Tensor {
	b := biases(gates)
	return []Tensor{
		sideBySide(path(prefix, "kernel"), inputs(gates)),
		sideBySide(path(prefix, "recurrent_kernel"), recurrent(gates)),
		{Name: path(prefix, "bias"), Shape: []int{graph.Count(b)}, parts: abreast(0, b)},
	}
}

// sideBySide returns the tensor of blocks abreast.
func sideBySide(name string, blocks []*graph.Param) Tensor {
	rows, _ := blocks[0].Shape()
	return Tensor{Name: name, Shape: []int{rows, graph.Count(blocks) / rows}, parts: abreast(0, blocks)}
}

// path returns prefix/name.
func path(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "/" + name
}
