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
	module  func(*rand.Rand) weights.Module
	tensors func(weights.Module) ([]weights.Tensor, error)
	shapes  string
}

func newLSTM(rng *rand.Rand) weights.Module { return cells.NewLSTM("lstm", inputs, hidden, rng) }
func newGRU(rng *rand.Rand) weights.Module  { return cells.NewGRU("gru", inputs, hidden, rng) }
func newRNN(rng *rand.Rand) weights.Module  { return cells.NewRNN("rnn", inputs, hidden, rng) }

func newReluRNN(rng *rand.Rand) weights.Module {
	return cells.NewReluRNN("rnn", inputs, hidden, rng)
}

func newOriginalGRU(rng *rand.Rand) weights.Module {
	return cells.NewOriginalGRU("gru", inputs, hidden, rng)
}

func newLSTMP(rng *rand.Rand) weights.Module {
	return cells.NewLSTMP("lstm", inputs, hidden, outputs, rng)
}

func newPeephole(rng *rand.Rand) weights.Module {
	return cells.NewPeephole("lstm", inputs, hidden, rng)
}

func newCIFG(rng *rand.Rand) weights.Module { return cells.NewCIFG("lstm", inputs, hidden, rng) }

func newClippedLSTM(rng *rand.Rand) weights.Module {
	return cells.NewClippedLSTM("lstm", inputs, hidden, 3, rng)
}

func newEmbedding(rng *rand.Rand) weights.Module {
	return cells.NewEmbedding("embedding", 5, outputs, rng)
}

func newDense(rng *rand.Rand) weights.Module {
	return cells.NewDense("dense", inputs, outputs, rng)
}

func newStack(rng *rand.Rand) weights.Module {
	return cells.Stack{cells.NewLSTM("0", inputs, hidden, rng), cells.NewLSTM("1", hidden, hidden, rng)}
}

// newBidirectional returns a layer of a cell in two directions.
func newBidirectional(newCell func(*rand.Rand) weights.Module) func(*rand.Rand) weights.Module {
	return func(rng *rand.Rand) weights.Module {
		return cells.Bidirectional{Forward: newCell(rng).(cells.Cell), Backward: newCell(rng).(cells.Cell)}
	}
}

// newLayers returns a layer in two directions below one that reads forward.
func newLayers(rng *rand.Rand) weights.Module {
	below := newBidirectional(newLSTMP)(rng).(cells.Layer)
	return cells.Layers{below, cells.Forward{Cell: cells.NewLSTMP("1", 2*outputs, hidden, outputs, rng)}}
}

func torch(m weights.Module) ([]weights.Tensor, error) { return weights.Torch("", m) }
func keras(m weights.Module) ([]weights.Tensor, error) { return weights.Keras("k", m) }
func onnx(m weights.Module) ([]weights.Tensor, error)  { return weights.ONNX("", m) }

func torchEmbedding(m weights.Module) ([]weights.Tensor, error) {
	return weights.TorchEmbedding("embedding", m.(*cells.Embedding)), nil
}

func torchLinear(m weights.Module) ([]weights.Tensor, error) {
	return weights.TorchLinear("dense", m.(*cells.Dense)), nil
}

func own(m weights.Module) ([]weights.Tensor, error) { return weights.Own(m), nil }

func torchCell(m weights.Module) ([]weights.Tensor, error) {
	return weights.TorchCell("m", m.(cells.Cell))
}

func tensorFlow(m weights.Module) ([]weights.Tensor, error) {
	return weights.TensorFlow("rnn", m.(cells.Cell), 1)
}

func haiku(m weights.Module) ([]weights.Tensor, error) {
	return weights.Haiku("lstm/linear", m.(cells.Cell))
}

var layouts = []layout{
	{"PyTorch LSTM", newLSTM, torch,
		"weight_ih_l0[16 3] weight_hh_l0[16 4] bias_ih_l0[16] bias_hh_l0[16]"},
	{"PyTorch LSTM of two layers", newStack, torch,
		"weight_ih_l0[16 3] weight_hh_l0[16 4] bias_ih_l0[16] bias_hh_l0[16] " +
			"weight_ih_l1[16 4] weight_hh_l1[16 4] bias_ih_l1[16] bias_hh_l1[16]"},
	{"PyTorch LSTM with projection", newLayers, torch,
		"weight_ih_l0[16 3] weight_hh_l0[16 2] bias_ih_l0[16] bias_hh_l0[16] weight_hr_l0[2 4] " +
			"weight_ih_l0_reverse[16 3] weight_hh_l0_reverse[16 2] bias_ih_l0_reverse[16] bias_hh_l0_reverse[16] weight_hr_l0_reverse[2 4] " +
			"weight_ih_l1[16 4] weight_hh_l1[16 2] bias_ih_l1[16] bias_hh_l1[16] weight_hr_l1[2 4]"},
	{"PyTorch GRU", newGRU, torch,
		"weight_ih_l0[12 3] weight_hh_l0[12 4] bias_ih_l0[12] bias_hh_l0[12]"},
	{"PyTorch RNN", newRNN, torch,
		"weight_ih_l0[4 3] weight_hh_l0[4 4] bias_ih_l0[4] bias_hh_l0[4]"},
	{"PyTorch RNN of ReLU", newReluRNN, torch,
		"weight_ih_l0[4 3] weight_hh_l0[4 4] bias_ih_l0[4] bias_hh_l0[4]"},
	{"PyTorch LSTMCell", newLSTM, torchCell, "m.weight_ih[16 3] m.weight_hh[16 4] m.bias_ih[16] m.bias_hh[16]"},
	{"PyTorch GRUCell", newGRU, torchCell, "m.weight_ih[12 3] m.weight_hh[12 4] m.bias_ih[12] m.bias_hh[12]"},
	{"PyTorch Embedding", newEmbedding, torchEmbedding, "embedding.weight[5 2]"},
	{"PyTorch Linear", newDense, torchLinear, "dense.weight[2 3] dense.bias[2]"},
	{"Keras LSTM", newLSTM, keras, "k/kernel[3 16] k/recurrent_kernel[4 16] k/bias[16]"},
	{"Keras GRU", newGRU, keras, "k/kernel[3 12] k/recurrent_kernel[4 12] k/bias[2 12]"},
	{"Keras GRU with reset_after=False", newOriginalGRU, keras, "k/kernel[3 12] k/recurrent_kernel[4 12] k/bias[12]"},
	{"Keras SimpleRNN", newRNN, keras, "k/kernel[3 4] k/recurrent_kernel[4 4] k/bias[4]"},
	{"Keras SimpleRNN of ReLU", newReluRNN, keras, "k/kernel[3 4] k/recurrent_kernel[4 4] k/bias[4]"},
	{"Keras Bidirectional", newBidirectional(newRNN), keras,
		"k/forward_layer/kernel[3 4] k/forward_layer/recurrent_kernel[4 4] k/forward_layer/bias[4] " +
			"k/backward_layer/kernel[3 4] k/backward_layer/recurrent_kernel[4 4] k/backward_layer/bias[4]"},
	{"ONNX LSTM", newLSTM, onnx, "W[1 16 3] R[1 16 4] B[1 32]"},
	{"ONNX LSTM with peepholes", newBidirectional(newPeephole), onnx, "W[2 16 3] R[2 16 4] B[2 32] P[2 12]"},
	{"ONNX LSTM with input_forget", newCIFG, onnx, "W[1 16 3] R[1 16 4] B[1 32]"},
	{"ONNX LSTM with clip", newClippedLSTM, onnx, "W[1 16 3] R[1 16 4] B[1 32]"},
	{"ONNX GRU", newBidirectional(newGRU), onnx, "W[2 12 3] R[2 12 4] B[2 24]"},
	{"ONNX GRU of the original form", newOriginalGRU, onnx, "W[1 12 3] R[1 12 4] B[1 24]"},
	{"ONNX RNN", newRNN, onnx, "W[1 4 3] R[1 4 4] B[1 8]"},
	{"ONNX RNN of ReLU", newReluRNN, onnx, "W[1 4 3] R[1 4 4] B[1 8]"},
	{"TensorFlow LSTM", newLSTM, tensorFlow, "rnn/kernel[7 16] rnn/bias[16]"},
	{"TensorFlow LSTM with peepholes", newPeephole, tensorFlow,
		"rnn/kernel[7 16] rnn/bias[16] rnn/w_f_diag[4] rnn/w_i_diag[4] rnn/w_o_diag[4]"},
	{"TensorFlow LSTM with projection", newLSTMP, tensorFlow, "rnn/kernel[5 16] rnn/bias[16] rnn/projection/kernel[4 2]"},
	{"TensorFlow GRU", newOriginalGRU, tensorFlow,
		"rnn/gates/kernel[7 8] rnn/gates/bias[8] rnn/candidate/kernel[7 4] rnn/candidate/bias[4]"},
	{"TensorFlow RNN", newRNN, tensorFlow, "rnn/kernel[7 4] rnn/bias[4]"},
	{"own", newRNN, own, "rnn/W[3 4] rnn/U[4 4] rnn/b[1 4]"},
	{"Haiku LSTM", newLSTM, haiku, "lstm/linear/w[7 16] lstm/linear/b[16]"},
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
	m := l.module(rng)
	tensors, err := l.tensors(m)
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
	for _, p := range m.Params() {
		graph.Convert(dtype, p)
		fillAwkward(p, rng)
		want = append(want, p.Floats())
	}
	file := fileOf(tensors)
	for _, p := range m.Params() {
		graph.Constant(p, 7)
	}
	if err := weights.Load(tensors, file); err != nil {
		t.Fatal(err)
	}
	for i, p := range m.Params() {
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
	first, _ := torch(cell)
	want := fileOf(first)
	for _, next := range []func(weights.Module) ([]weights.Tensor, error){onnx, keras, torch} {
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
	last, _ := torch(cell)
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

// A torch.nn.Linear holds a row an output, and an Embedding a row a symbol.
func TestTorchLinearAndEmbedding(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	dense, embedding := cells.NewDense("d", 2, 3, rng), cells.NewEmbedding("e", 3, 2, rng)
	linear, table := weights.TorchLinear("", dense)[0].Floats(), weights.TorchEmbedding("", embedding)[0].Floats()
	for i := range 3 {
		for j := range 2 {
			if got := linear[2*i+j]; got != dense.W.At(j, i) {
				t.Errorf("weight[%d][%d] of the Linear is %g, want W[%d][%d] = %g", i, j, got, j, i, dense.W.At(j, i))
			}
			if got := table[2*i+j]; got != embedding.Table.At(i, j) {
				t.Errorf("weight[%d][%d] of the Embedding is %g, want %g", i, j, got, embedding.Table.At(i, j))
			}
		}
	}
}
