package weights_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
)

// The sizes I, H and R are all different.
const inputs, hidden, outputs = 3, 4, 2

// A layout is a cell as a framework lays it out, with the names and shapes of tensors that
// the framework's documentation gives.
type layout struct {
	name    string
	cell    func(*rand.Rand) cells.Cell
	tensors func(cells.Cell) ([]weights.Tensor, error)
	shapes  string
}

func newLSTM(rng *rand.Rand) cells.Cell { return cells.NewLSTM("lstm", inputs, hidden, rng) }
func newGRU(rng *rand.Rand) cells.Cell  { return cells.NewGRU("gru", inputs, hidden, rng) }
func newRNN(rng *rand.Rand) cells.Cell  { return cells.NewRNN("rnn", inputs, hidden, rng) }

func newLSTMP(rng *rand.Rand) cells.Cell { return cells.NewLSTMP("lstm", inputs, hidden, outputs, rng) }

func newPeephole(rng *rand.Rand) cells.Cell { return cells.NewPeephole("lstm", inputs, hidden, rng) }

func newCIFG(rng *rand.Rand) cells.Cell { return cells.NewCIFG("lstm", inputs, hidden, rng) }

func newReluRNN(rng *rand.Rand) cells.Cell { return cells.NewReluRNN("rnn", inputs, hidden, rng) }

func newOriginalGRU(rng *rand.Rand) cells.Cell {
	return cells.NewOriginalGRU("gru", inputs, hidden, rng)
}

// newPair returns two layers or directions.
func newPair(rng *rand.Rand) cells.Cell {
	return cells.Stack{cells.NewLSTM("0", inputs, hidden, rng), cells.NewLSTM("1", inputs, hidden, rng)}
}

// named makes a framework's function one of the cell alone.
func named(f func(string, cells.Cell) ([]weights.Tensor, error), prefix string) func(cells.Cell) ([]weights.Tensor, error) {
	return func(c cells.Cell) ([]weights.Tensor, error) { return f(prefix, c) }
}

func onnx(c cells.Cell) ([]weights.Tensor, error) {
	if pair, ok := c.(cells.Stack); ok {
		return weights.ONNX("", pair[0], pair[1])
	}
	return weights.ONNX("", c)
}

func tensorFlow(c cells.Cell) ([]weights.Tensor, error) { return weights.TensorFlow("rnn", c, 1) }

var layouts = []layout{
	{"PyTorch LSTM", newLSTM, named(weights.Torch, "m"),
		"m.weight_ih_l0[16 3] m.weight_hh_l0[16 4] m.bias_ih_l0[16] m.bias_hh_l0[16]"},
	{"PyTorch LSTM of two layers", newPair, named(weights.Torch, ""),
		"weight_ih_l0[16 3] weight_hh_l0[16 4] bias_ih_l0[16] bias_hh_l0[16] " +
			"weight_ih_l1[16 3] weight_hh_l1[16 4] bias_ih_l1[16] bias_hh_l1[16]"},
	{"PyTorch LSTMCell", newLSTM, named(weights.TorchCell, ""),
		"weight_ih[16 3] weight_hh[16 4] bias_ih[16] bias_hh[16]"},
	{"PyTorch LSTM with projection", newLSTMP, named(weights.Torch, ""),
		"weight_ih_l0[16 3] weight_hh_l0[16 2] bias_ih_l0[16] bias_hh_l0[16] weight_hr_l0[2 4]"},
	{"PyTorch GRU", newGRU, named(weights.Torch, ""),
		"weight_ih_l0[12 3] weight_hh_l0[12 4] bias_ih_l0[12] bias_hh_l0[12]"},
	{"PyTorch GRUCell", newGRU, named(weights.TorchCell, "gru"),
		"gru.weight_ih[12 3] gru.weight_hh[12 4] gru.bias_ih[12] gru.bias_hh[12]"},
	{"PyTorch RNN of ReLU", newReluRNN, named(weights.Torch, ""),
		"weight_ih_l0[4 3] weight_hh_l0[4 4] bias_ih_l0[4] bias_hh_l0[4]"},
	{"PyTorch RNN", newRNN, named(weights.Torch, ""),
		"weight_ih_l0[4 3] weight_hh_l0[4 4] bias_ih_l0[4] bias_hh_l0[4]"},
	{"Keras LSTM", newLSTM, named(weights.Keras, "lstm"),
		"lstm/kernel[3 16] lstm/recurrent_kernel[4 16] lstm/bias[16]"},
	{"Keras GRU", newGRU, named(weights.Keras, "gru"),
		"gru/kernel[3 12] gru/recurrent_kernel[4 12] gru/bias[2 12]"},
	{"Keras GRU with reset_after=False", newOriginalGRU, named(weights.Keras, ""),
		"kernel[3 12] recurrent_kernel[4 12] bias[12]"},
	{"Keras SimpleRNN of ReLU", newReluRNN, named(weights.Keras, ""), "kernel[3 4] recurrent_kernel[4 4] bias[4]"},
	{"Keras SimpleRNN", newRNN, named(weights.Keras, ""),
		"kernel[3 4] recurrent_kernel[4 4] bias[4]"},
	{"ONNX LSTM", newLSTM, onnx, "W[1 16 3] R[1 16 4] B[1 32]"},
	{"ONNX LSTM of two directions", newPair, onnx, "W[2 16 3] R[2 16 4] B[2 32]"},
	{"ONNX LSTM with peepholes", newPeephole, onnx, "W[1 16 3] R[1 16 4] B[1 32] P[1 12]"},
	{"ONNX LSTM with input_forget", newCIFG, onnx, "W[1 16 3] R[1 16 4] B[1 32]"},
	{"ONNX GRU", newGRU, onnx, "W[1 12 3] R[1 12 4] B[1 24]"},
	{"ONNX GRU of the original form", newOriginalGRU, onnx, "W[1 12 3] R[1 12 4] B[1 24]"},
	{"ONNX RNN of ReLU", newReluRNN, onnx, "W[1 4 3] R[1 4 4] B[1 8]"},
	{"ONNX RNN", newRNN, onnx, "W[1 4 3] R[1 4 4] B[1 8]"},
	{"TensorFlow LSTM", newLSTM, tensorFlow, "rnn/kernel[7 16] rnn/bias[16]"},
	{"TensorFlow LSTM with peepholes", newPeephole, tensorFlow,
		"rnn/kernel[7 16] rnn/bias[16] rnn/w_f_diag[4] rnn/w_i_diag[4] rnn/w_o_diag[4]"},
	{"TensorFlow LSTM with projection", newLSTMP, tensorFlow, "rnn/kernel[5 16] rnn/bias[16] rnn/projection/kernel[4 2]"},
	{"TensorFlow GRU", newOriginalGRU, tensorFlow,
		"rnn/gates/kernel[7 8] rnn/gates/bias[8] rnn/candidate/kernel[7 4] rnn/candidate/bias[4]"},
	{"TensorFlow RNN", newRNN, tensorFlow, "rnn/kernel[7 4] rnn/bias[4]"},
	{"Haiku LSTM", newLSTM, named(weights.Haiku, "lstm/linear"), "lstm/linear/w[7 16] lstm/linear/b[16]"},
}

// The names and shapes of a framework; and what goes out in its layout, through a file, comes
// back in as the same bits: a block that is left out, placed twice or turned.
func TestRoundTrip(t *testing.T) {
	for _, l := range layouts {
		for _, dtype := range []graph.Dtype{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprintf("%s of %v", l.name, dtype), func(t *testing.T) { l.roundTrip(t, dtype) })
		}
	}
}

func (l layout) roundTrip(t *testing.T, dtype graph.Dtype) {
	rng := rand.New(rand.NewPCG(5, 7))
	cell := l.cell(rng)
	tensors, err := l.tensors(cell)
	if err != nil {
		t.Fatal(err)
	}
	var shapes []string
	for _, tensor := range tensors {
		shapes = append(shapes, fmt.Sprint(tensor.Name, tensor.Shape))
	}
	if got := strings.Join(shapes, " "); got != l.shapes {
		t.Errorf("tensors %s, want %s", got, l.shapes)
	}
	var want [][]float64
	for _, p := range cell.Params() {
		graph.Convert(dtype, p)
		fillAwkward(p, rng)
		want = append(want, p.Floats())
	}
	file := fileOf(tensors)
	for _, p := range cell.Params() {
		graph.Constant(p, 7)
	}
	if err := weights.Load(tensors, file); err != nil {
		t.Fatal(err)
	}
	for i, p := range cell.Params() {
		for k, v := range p.Floats() {
			if math.Float64bits(v) != math.Float64bits(want[i][k]) {
				t.Errorf("%s[%d] was %v and came back as %v", p.Name(), k, want[i][k], v)
			}
		}
	}
}

// fillAwkward draws numbers of every size, and among them some that arithmetic does not leave
// as they are. A bias to which TensorFlow adds one is drawn between −½ and ½.
func fillAwkward(p *graph.Param, rng *rand.Rand) {
	special := []float64{math.Copysign(0, -1), 0, math.SmallestNonzeroFloat32, math.MaxFloat32, math.Inf(-1)}
	p.Fill(func() float64 {
		switch {
		case strings.HasSuffix(p.Name(), "f/b"):
			return float64(rng.Float32() - 0.5)
		case rng.IntN(4) == 0:
			return special[rng.IntN(len(special))]
		}
		return rng.NormFloat64() * math.Exp2(float64(rng.IntN(60)-30))
	})
}

// fileOf returns a file of the tensors in float64, which holds every number exactly.
func fileOf(tensors []weights.Tensor) *safetensors.File {
	file := &safetensors.File{}
	for _, t := range tensors {
		file.Tensors = append(file.Tensors, safetensors.FromFloat64s(t.Name, t.Shape, t.Floats()))
	}
	return file
}

// From PyTorch to ONNX to Keras and back to PyTorch, through cells.
func TestFromFrameworkToFramework(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 8))
	cell := newLSTM(rng)
	first, _ := weights.Torch("", cell)
	want := fileOf(first)
	for _, next := range []func(cells.Cell) ([]weights.Tensor, error){onnx, named(weights.Keras, "k"), named(weights.Torch, "")} {
		out, err := next(cell)
		if err != nil {
			t.Fatal(err)
		}
		cell = newLSTM(rng) // other weights
		in, _ := next(cell)
		if err := weights.Load(in, fileOf(out)); err != nil {
			t.Fatal(err)
		}
	}
	last, _ := weights.Torch("", cell)
	for i, got := range fileOf(last).Tensors {
		if string(got.Data) != string(want.Tensors[i].Data) {
			t.Errorf("%s is not what it was", got.Name)
		}
	}
}

// PyTorch and ONNX have two biases; a cell has their sum.
func TestSecondBiasIsAdded(t *testing.T) {
	cell := cells.NewRNN("rnn", 1, 1, rand.New(rand.NewPCG(1, 1)))
	tensors, _ := weights.Torch("", cell)
	for i, x := range []float64{2, 3, 5, 7} {
		if err := tensors[i].SetFloats([]float64{x}); err != nil {
			t.Fatal(err)
		}
	}
	if got := cell.Update.B.At(0, 0); got != 12 {
		t.Errorf("the bias is %g, want 5 + 7", got)
	}
	tensors, _ = weights.ONNX("", cell)
	if err := tensors[2].SetFloats([]float64{11, 13}); err != nil {
		t.Fatal(err)
	}
	if got := cell.Update.B.At(0, 0); got != 24 {
		t.Errorf("the bias is %g, want 11 + 13", got)
	}
	if got := tensors[2].Floats(); !slices.Equal(got, []float64{24, 0}) {
		t.Errorf("the biases go out as %v, want the first 24 and the second 0", got)
	}
}
