package weights_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
)

// A file that does not fit is named tensor by tensor, and changes nothing.
func TestLoadRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*safetensors.File)
		want  []string
	}{
		"no such tensor": {func(f *safetensors.File) { f.Tensors[3].Name = "bias_hh" },
			[]string{`"bias_hh_l0"`, "[16]", "there are: bias_hh, bias_ih_l0, weight_hh_l0, weight_ih_l0"}},
		"another shape": {func(f *safetensors.File) {
			f.Tensors[2] = safetensors.FromFloat64s("bias_ih_l0", []int{4, 4}, make([]float64, 16))
		},
			[]string{`"bias_ih_l0"`, "[4 4]", "want [16]"}},
		"another format": {func(f *safetensors.File) {
			f.Tensors[2] = safetensors.FromInt64s("bias_ih_l0", []int{16}, make([]int64, 16))
		},
			[]string{`"bias_ih_l0"`, "I64", "want F32 or F64"}},
		"a second layer": {func(f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.FromFloat64s("bias_ih_l1", []int{2}, []float64{1, 2}))
		},
			[]string{`"bias_ih_l1"`, "[2]", "no place in this model"}},
		"data cut off": {func(f *safetensors.File) { f.Tensors[3].Data = f.Tensors[3].Data[8:] },
			[]string{`"bias_hh_l0"`, "120 bytes", "expected 128"}},
	} {
		t.Run(name, func(t *testing.T) {
			cell := newLSTM(rand.New(rand.NewPCG(1, 1)))
			for _, p := range cell.Params() {
				graph.Constant(p, 0.5)
			}
			tensors, err := weights.Torch("", cell)
			if err != nil {
				t.Fatal(err)
			}
			file := fileOf(tensors)
			for _, p := range cell.Params() {
				graph.Constant(p, 3)
			}
			test.spoil(file)
			err = weights.Load(tensors, file)
			if err == nil {
				t.Fatal("the file was taken")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
			for _, p := range cell.Params() {
				for _, x := range p.Floats() {
					if x != 3 {
						t.Fatalf("%s has been changed", p.Name())
					}
				}
			}
		})
	}
}

// Files of float32 are as welcome, and a wrong number of values is an error.
func TestSetFloats(t *testing.T) {
	cell := cells.NewRNN("rnn", 1, 1, rand.New(rand.NewPCG(1, 1)))
	tensors, err := weights.Keras("", cell)
	if err != nil {
		t.Fatal(err)
	}
	file := &safetensors.File{}
	for i, tensor := range tensors {
		file.Tensors = append(file.Tensors, safetensors.FromFloat32s(tensor.Name, tensor.Shape, []float32{float32(i) + 0.5}))
	}
	if err := weights.Load(tensors, file); err != nil {
		t.Fatal(err)
	}
	if w, u, b := cell.Update.W.At(0, 0), cell.Update.U.At(0, 0), cell.Update.B.At(0, 0); w != 0.5 || u != 1.5 || b != 2.5 {
		t.Errorf("W, U and b are %g, %g and %g, want 0.5, 1.5 and 2.5", w, u, b)
	}
	err = tensors[0].SetFloats([]float64{1, 2})
	if want := `2 values for tensor "kernel" of shape [1 1], want 1`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// A cell that a framework has not got is an error that names both.
func TestNoSuchCell(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	stack, lstm, bare := newStack(rng), newLSTM(rng).(cells.Cell), newLSTM(rng).(*cells.LSTM)
	bare.Forget.B = nil
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"Keras":           {second(weights.Keras("", stack)), "Keras has no layer like cells.Stack"},
		"ONNX":            {second(weights.ONNX("", stack)), "ONNX has no operator like cells.Stack"},
		"TensorFlow":      {second(weights.TensorFlow("", stack.(cells.Cell), 1)), "TensorFlow 1 has no cell like cells.Stack"},
		"Haiku":           {second(weights.Haiku("", newRNN(rng).(cells.Cell))), "an LSTM"},
		"PyTorch":         {second(weights.TorchCell("", stack.(cells.Cell))), "PyTorch has no module like cells.Stack"},
		"PyTorch's cells": {second(torchCell(newLSTMP(rng))), "no projection"},
		"one direction":   {second(torch(cells.Backward{Cell: lstm})), "PyTorch has no module like cells.Backward"},
		"a merge": {second(torch(cells.Bidirectional{Forward: lstm, Backward: lstm, Merge: cells.Sum})),
			`PyTorch concatenates directions; it has no merge "sum"`},
		"another merge": {second(onnx(cells.Bidirectional{Forward: lstm, Backward: lstm, Merge: cells.Average})),
			`ONNX keeps directions apart; it has no merge "ave"`},
		"two kinds": {second(onnx(cells.Bidirectional{Forward: lstm, Backward: newCIFG(rng).(cells.Cell)})),
			"of one kind, not a *cells.LSTM and a *cells.CIFG"},
		"no bias": {second(keras(bare)), "gate f of a *cells.LSTM has no U or no b"},
		"two sizes": {second(onnx(cells.Bidirectional{Forward: lstm, Backward: cells.NewLSTM("l", 1, 1, rng)})),
			`tensor "W" has shapes [16 3] and [4 1]`},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, test.err, test.want)
		}
	}
}

func second(_ []weights.Tensor, err error) error { return err }
