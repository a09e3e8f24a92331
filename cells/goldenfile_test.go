package cells_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
)

// A golden is what a framework computed, as testdata/golden.py describes it.
type golden struct {
	Framework, Cell   string
	Bidirectional     bool
	Direction         string
	Projection        int `json:"proj_size"`
	Nonlinearity      string
	Activations       []string
	Clip              float64
	Peephole          bool
	InputForget       int   `json:"input_forget"`
	ResetAfter        *bool `json:"reset_after"`
	LinearBeforeReset *int  `json:"linear_before_reset"`
	Controls          map[string]control

	watch func(b *graph.Builder) // called before the model is built, if not nil

	file         *safetensors.File
	steps, batch int
	input        int // I, the size of an input
	hidden       int // H, the size of the final h
	memory       int // the size of the final c
	states       int // L, layers and directions
}

// framework returns the name without the version.
func (g *golden) framework() string { return strings.Fields(g.Framework)[0] }

func readGolden(t *testing.T, path string) *golden {
	t.Helper()
	g := &golden{}
	var err error
	if g.file, err = safetensors.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(g.file.Metadata["golden"]), g); err != nil {
		t.Fatal(err)
	}
	x, h := g.shape(t, "input.x"), g.shape(t, "output.h")
	g.steps, g.batch, g.input = x[0], x[1], x[2]
	g.states, g.hidden = h[0], h[2]
	if c, ok := g.file.Tensor("output.c"); ok {
		g.memory = c.Shape[2]
	}
	return g
}

func (g *golden) shape(t *testing.T, name string) []int {
	t.Helper()
	tensor, ok := g.file.Tensor(name)
	if !ok {
		t.Fatalf("the file has no tensor %s", name)
	}
	return tensor.Shape
}

// floats returns a tensor of either format, or nil if the file has none of the name.
func (g *golden) floats(t *testing.T, name string) []float64 {
	t.Helper()
	tensor, ok := g.file.Tensor(name)
	if !ok {
		return nil
	}
	if tensor.Dtype == safetensors.F64 {
		x, err := tensor.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	short, err := tensor.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	var x []float64
	for _, v := range short {
		x = append(x, float64(v))
	}
	return x
}

// trains tells whether the file has gradients and losses.
func (g *golden) trains() bool { return g.framework() != "onnxruntime" }

// weights returns the file of the weights alone, under the framework's names.
func (g *golden) weights() *safetensors.File {
	file := &safetensors.File{}
	for _, tensor := range g.file.Tensors {
		if name, ok := strings.CutPrefix(tensor.Name, "weight."); ok {
			tensor.Name = name
			file.Tensors = append(file.Tensors, tensor)
		}
	}
	return file
}

// model returns the layers that the file is about and their weights as the framework has them.
func (g *golden) model(t *testing.T) (cells.Layers, []weights.Tensor) {
	t.Helper()
	directions := 1
	if g.Bidirectional || g.Direction == "bidirectional" {
		directions = 2
	}
	var layers cells.Layers
	width := g.input
	for k := range g.states / directions {
		layers = append(layers, g.layer(t, fmt.Sprint(k), width))
		width = directions * g.hidden
	}
	tensors, err := g.tensors(layers)
	if err != nil {
		t.Fatal(err)
	}
	return layers, tensors
}

func (g *golden) layer(t *testing.T, name string, width int) cells.Layer {
	t.Helper()
	switch {
	case g.Bidirectional || g.Direction == "bidirectional":
		return cells.Bidirectional{Forward: g.cell(t, name+"/forward", width), Backward: g.cell(t, name+"/backward", width)}
	case g.Direction == "reverse":
		return cells.Backward{Cell: g.cell(t, name, width)}
	}
	return cells.Forward{Cell: g.cell(t, name, width)}
}

func (g *golden) cell(t *testing.T, name string, width int) cells.Cell {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	switch {
	case g.Projection > 0:
		return cells.NewLSTMP(name, width, g.memory, g.hidden, rng)
	case g.Peephole:
		return cells.NewPeephole(name, width, g.hidden, rng)
	case g.Clip > 0:
		return cells.NewClippedLSTM(name, width, g.hidden, g.Clip, rng)
	case g.InputForget == 1:
		return cells.NewCIFG(name, width, g.hidden, rng)
	case g.Nonlinearity == "relu" || slices.Contains(g.Activations, "Relu"):
		return cells.NewReluRNN(name, width, g.hidden, rng)
	case g.Cell == "LSTM" || g.Cell == "LSTMCell":
		return cells.NewLSTM(name, width, g.hidden, rng)
	case g.Cell == "GRU" && g.resetBefore():
		return cells.NewOriginalGRU(name, width, g.hidden, rng)
	case g.Cell == "GRU":
		return cells.NewGRU(name, width, g.hidden, rng)
	case g.Cell == "RNN" || g.Cell == "SimpleRNN":
		return cells.NewRNN(name, width, g.hidden, rng)
	}
	t.Fatalf("no cell for %s", g.Cell)
	return nil
}

// resetBefore tells the form of a GRU.
func (g *golden) resetBefore() bool {
	return g.ResetAfter != nil && !*g.ResetAfter || g.LinearBeforeReset != nil && *g.LinearBeforeReset == 0
}

func (g *golden) tensors(layers cells.Layers) ([]weights.Tensor, error) {
	switch {
	case g.framework() == "keras":
		return weights.Keras("", layers[0])
	case g.framework() == "onnxruntime":
		return weights.ONNX("", layers[0])
	case g.Cell == "LSTMCell":
		return weights.TorchCell("", layers[0].(cells.Forward).Cell)
	}
	return weights.Torch("", layers)
}

// tolerance is for float64: ONNX Runtime computes in float32.
func (g *golden) tolerance() float64 {
	if g.framework() == "onnxruntime" {
		return 1e-5
	}
	return 1e-10
}
