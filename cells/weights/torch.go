package weights

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// Torch returns the tensors of the torch.nn.LSTM, GRU or RNN that computes what the module
// does, in the order of its state_dict: prefix.weight_ih_l0, prefix.weight_hh_l0,
// prefix.bias_ih_l0 and prefix.bias_hh_l0, and prefix.weight_hr_l0 of a projection; then
// those of the other direction, which end in _reverse; then those of the next layer. An
// empty prefix is left out with its dot. PyTorch's layers are all of one kind and width;
// those of a module that are not are named as if they were.
func Torch(prefix string, m Module) ([]Tensor, error) {
	var tensors []Tensor
	for k, layer := range layersOf(m) {
		t, err := torchLayer(prefix, fmt.Sprintf("_l%d", k), layer)
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, t...)
	}
	return tensors, nil
}

func torchLayer(prefix, suffix string, m Module) ([]Tensor, error) {
	switch l := m.(type) {
	case cells.Forward:
		return torchDirection(prefix, suffix, l.Cell)
	case cells.Bidirectional:
		if l.Merge != "" && l.Merge != cells.Concat {
			return nil, errors.Errorf("weights: PyTorch concatenates directions; it has no merge %q", l.Merge)
		}
		forward, err := torchDirection(prefix, suffix, l.Forward)
		if err != nil {
			return nil, err
		}
		backward, err := torchDirection(prefix, suffix+"_reverse", l.Backward)
		return append(forward, backward...), err
	}
	return torchDirection(prefix, suffix, m)
}

// TorchCell returns the tensors of the torch.nn.LSTMCell, GRUCell or RNNCell that
// computes what the cell does: those of [Torch], but without a layer in their names.
func TorchCell(prefix string, cell cells.Cell) ([]Tensor, error) {
	if _, ok := cell.(*cells.LSTMP); ok {
		return nil, errors.New("weights: torch.nn.LSTMCell has no projection; torch.nn.LSTM has")
	}
	return torchDirection(prefix, "", cell)
}

func torchDirection(prefix, suffix string, cell Module) ([]Tensor, error) {
	if err := checkGates(cell); err != nil {
		return nil, err
	}
	name := func(kind string) string { return join(prefix, kind+suffix) }
	switch c := cell.(type) {
	case *cells.LSTM:
		return torchGates(name, c.Input, c.Forget, c.Candidate, c.Output), nil
	case *cells.LSTMP:
		t := torchGates(name, c.Input, c.Forget, c.Candidate, c.Output)
		return append(t, transposed(name("weight_hr"), c.Projection)), nil
	case *cells.GRU:
		t := torchGates(name, c.Reset, c.Update, c.Candidate)
		t[3].parts = recurrentBiases(0, c, c.Reset, c.Update)
		return t, nil
	case *cells.RNN:
		return torchGates(name, c.Update), nil
	case *cells.ReluRNN:
		return torchGates(name, c.Update), nil
	}
	return nil, errors.Errorf("weights: PyTorch has no module like %T", cell)
}

// torchGates returns the tensors of gates in PyTorch's order.
func torchGates(name func(kind string) string, gates ...cells.Gate) []Tensor {
	b := biases(gates)
	return []Tensor{
		transposed(name("weight_ih"), inputs(gates)...),
		transposed(name("weight_hh"), recurrent(gates)...),
		row(name("bias_ih"), b...),
		{Name: name("bias_hh"), Shape: []int{graph.Count(b)}, parts: second(abreast(0, b))},
	}
}

// TorchEmbedding returns the tensor of a torch.nn.Embedding, prefix.weight.
func TorchEmbedding(prefix string, e *cells.Embedding) []Tensor {
	return []Tensor{sideBySide(join(prefix, "weight"), e.Table)}
}

// TorchLinear returns the tensors of a torch.nn.Linear, prefix.weight and prefix.bias.
func TorchLinear(prefix string, d *cells.Dense) []Tensor {
	return []Tensor{transposed(join(prefix, "weight"), d.W), row(join(prefix, "bias"), d.B)}
}

// TorchTied returns the tensor of a torch.nn.Linear that is not also that of its embedding:
// prefix.bias.
func TorchTied(prefix string, t *cells.Tied) []Tensor {
	return []Tensor{row(join(prefix, "bias"), t.B)}
}

// join returns prefix.name.
func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}
