package cells

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// A TorchTensor is a tensor of a PyTorch module and the parameters that it is made
// of. PyTorch holds the gates of a layer stacked in one tensor, in the order i, f, g,
// o, transposed with respect to a [graph.Param], and has two biases that it adds. Here
// the first of them is the bias and the second is zero on the way out and added on
// the way in.
type TorchTensor struct {
	Name  string // as in a state_dict
	Shape []int

	blocks     []*graph.Param // on top of one another
	transposed bool
	surplus    bool // a second bias
}

// TorchTensors returns the tensors of a torch.nn.LSTM, prefix.weight_ih_lK and so on.
func (l *LSTM) TorchTensors(prefix string, layer int) []TorchTensor {
	return torchGates(prefix, layer, l.Gates()...)
}

// TorchTensors returns the tensors of a torch.nn.RNN, prefix.weight_ih_lK and so on.
func (r *RNN) TorchTensors(prefix string, layer int) []TorchTensor {
	return torchGates(prefix, layer, r.Update)
}

func torchGates(prefix string, layer int, gates ...Gate) []TorchTensor {
	var w, u, b []*graph.Param
	for _, g := range gates {
		w, u, b = append(w, g.W), append(u, g.U), append(b, g.B)
	}
	inputs, hidden := gates[0].W.Shape()
	n := len(gates) * hidden
	name := func(kind string) string { return fmt.Sprintf("%s.%s_l%d", prefix, kind, layer) }
	return []TorchTensor{
		{Name: name("weight_ih"), Shape: []int{n, inputs}, blocks: w, transposed: true},
		{Name: name("weight_hh"), Shape: []int{n, hidden}, blocks: u, transposed: true},
		{Name: name("bias_ih"), Shape: []int{n}, blocks: b},
		{Name: name("bias_hh"), Shape: []int{n}, blocks: b, surplus: true},
	}
}

// TorchTensors returns the tensors of the layers, of which layer counts the first.
func (s Stack) TorchTensors(prefix string, layer int) []TorchTensor {
	var tensors []TorchTensor
	for k, cell := range s {
		tensors = append(tensors, cell.(TorchCell).TorchTensors(prefix, layer+k)...)
	}
	return tensors
}

// A TorchCell is a cell that PyTorch has too.
type TorchCell interface {
	Cell
	TorchTensors(prefix string, layer int) []TorchTensor
}

var _ = []TorchCell{(*LSTM)(nil), (*RNN)(nil), Stack(nil)}

// TorchTensors returns the tensor of a torch.nn.Embedding, prefix.weight.
func (e *Embedding) TorchTensors(prefix string) []TorchTensor {
	v, size := e.Table.Shape()
	return []TorchTensor{{Name: prefix + ".weight", Shape: []int{v, size}, blocks: e.Params()}}
}

// TorchTensors returns the tensors of a torch.nn.Linear, prefix.weight and prefix.bias.
func (d *Dense) TorchTensors(prefix string) []TorchTensor {
	in, out := d.W.Shape()
	return []TorchTensor{
		{Name: prefix + ".weight", Shape: []int{out, in}, blocks: []*graph.Param{d.W}, transposed: true},
		{Name: prefix + ".bias", Shape: []int{out}, blocks: []*graph.Param{d.B}},
	}
}

// Floats returns the tensor's elements in row-major order.
func (t TorchTensor) Floats() []float64 {
	var x []float64
	for _, p := range t.blocks {
		x = append(x, t.block(p)...)
	}
	if t.surplus {
		clear(x)
	}
	return x
}

// block returns one parameter in PyTorch's layout.
func (t TorchTensor) block(p *graph.Param) []float64 {
	x := p.Floats()
	if t.transposed {
		rows, cols := p.Shape()
		x = transpose(x, rows, cols)
	}
	return x
}

// SetFloats stores the tensor's elements, in row-major order, in its parameters; a
// second bias is added to the first, which must have been set before. It is an error if
// their number differs.
func (t TorchTensor) SetFloats(x []float64) error {
	if n := graph.Count(t.blocks); len(x) != n {
		return errors.Errorf("cells: %d values for tensor %q of shape %v", len(x), t.Name, t.Shape)
	}
	for _, p := range t.blocks {
		block := append([]float64(nil), x[:p.Size()]...)
		x = x[p.Size():]
		if t.transposed {
			rows, cols := p.Shape()
			block = transpose(block, cols, rows)
		}
		if t.surplus {
			for i, first := range p.Floats() {
				if block[i] == 0 {
					block[i] = first // exactly, also a negative zero
				} else {
					block[i] += first
				}
			}
		}
		if err := p.SetFloats(block); err != nil {
			return err
		}
	}
	return nil
}

// transpose returns the transpose of a row-major matrix.
func transpose(x []float64, rows, cols int) []float64 {
	y := make([]float64, len(x))
	for i := range rows {
		for j := range cols {
			y[j*rows+i] = x[i*cols+j]
		}
	}
	return y
}
