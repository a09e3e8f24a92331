package cells_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train/optim"
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

// eachState calls f for each tensor of a state in the file, in the order in which the layers
// name their nodes: layer by layer, and in each layer h and then c.
func (g *golden) eachState(m cells.Layer, f func(kind string, k int, node string)) {
	count := map[string]int{}
	m.Begin(func(name string, _ int) *graph.Node {
		kind := name[len(name)-1:]
		f(kind, count[kind], name)
		count[kind]++
		return nil
	})
}

// compile builds the run of the file, with the loss of golden.py, and sets its inputs, which
// have the names of the file; state k of kind h is NAME.h, followed by k.
func (g *golden) compile(t *testing.T, m cells.Layer, dtype graph.Dtype) *graph.Program {
	t.Helper()
	p, err := graph.Compile(func(b *graph.Builder) { g.build(b, m) }, graph.Settings{Dtype: dtype})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	for _, name := range []string{"input.x", "input.mask", "target.y"} {
		if x := g.floats(t, name); x != nil {
			mustSet(t, p, name, x)
		}
	}
	g.eachState(m, func(kind string, k int, node string) {
		for _, of := range []string{"input.", "target."} {
			if x := g.floats(t, of+kind); x != nil {
				mustSet(t, p, of+node, g.part(x, k))
			}
		}
	})
	return p
}

// part returns part k of the L that a tensor of states is made of.
func (g *golden) part(x []float64, k int) []float64 {
	size := len(x) / g.states
	return x[k*size : (k+1)*size]
}

func (g *golden) build(b *graph.Builder, m cells.Layer) {
	rows := g.steps * g.batch
	xs := b.Unstack(b.Gradient("grad.input.x", b.Input("input.x", rows, g.input)), g.steps)
	mask := b.Input("input.mask", rows, 1)
	start := m.Begin(func(name string, width int) *graph.Node {
		return b.Gradient("grad.input."+name, b.Input("input."+name, g.batch, width))
	})
	ys, end := m.Over(b, xs, b.Unstack(mask, g.steps), start)
	if b.Err() != nil {
		return
	}
	y := b.Stack(ys)
	b.Output("output.y", y)
	width := b.Shape(y)[1]
	d := b.Select(mask, b.Sub(y, b.Input("target.y", rows, width)), b.Constant(0, rows, width))
	loss := b.Dot(d, d)
	end.Map(func(name string, n *graph.Node) *graph.Node {
		b.Output("output."+name, n)
		d := b.Sub(n, b.Input("target."+name, g.batch, b.Shape(n)[1]))
		loss = b.Add(loss, b.Dot(d, d))
		return n
	})
	b.Minimize(loss)
}

// masked clears the rows of y, of shape (T·B, O), in which the mask is 0.
func (g *golden) masked(t *testing.T, y []float64) []float64 {
	t.Helper()
	mask := g.floats(t, "input.mask")
	y = slices.Clone(y)
	width := len(y) / len(mask)
	for i := range y {
		if mask[i/width] == 0 {
			y[i] = 0
		}
	}
	return y
}

// check compares outputs, final states and, if the file has them, gradients.
func (g *golden) check(t *testing.T, dtype graph.Dtype, tolerance float64) {
	t.Helper()
	m, tensors := g.model(t)
	graph.Convert(dtype, m.Params()...)
	if err := weights.Load(tensors, g.weights()); err != nil {
		t.Fatal(err)
	}
	p := g.compile(t, m, dtype)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "y", g.masked(t, p.Floats("output.y")), g.masked(t, g.floats(t, "output.y")), tolerance)
	g.eachState(m, func(kind string, k int, node string) {
		graphtest.CheckClose(t, node, p.Floats("output."+node), g.part(g.floats(t, "output."+kind), k), tolerance)
		if grad := g.floats(t, "grad.input."+kind); grad != nil {
			graphtest.CheckClose(t, "gradient of "+node, p.Floats("grad.input."+node), g.part(grad, k), tolerance)
		}
	})
	if grad := g.floats(t, "grad.input.x"); grad != nil {
		graphtest.CheckClose(t, "gradient of x", p.Floats("grad.input.x"), grad, tolerance)
		for _, tensor := range tensors {
			graphtest.CheckClose(t, "gradient of "+tensor.Name, tensor.Gradient(p.Grad), g.floats(t, "grad."+tensor.Name), tolerance)
		}
	}
}

// checkAdam compares the losses before each of ten steps of Adam.
func (g *golden) checkAdam(t *testing.T) {
	t.Helper()
	want := g.floats(t, "losses")
	if want == nil {
		t.Skipf("%s does not train", g.Framework)
	}
	m, tensors := g.model(t)
	graph.Convert(graph.Float64, m.Params()...)
	if err := weights.Load(tensors, g.weights()); err != nil {
		t.Fatal(err)
	}
	p := g.compile(t, m, graph.Float64)
	solver := optim.NewAdam(optim.AdamSettings{LearningRate: 0.05})
	var losses []float64
	for range want {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		losses = append(losses, p.Scalar("loss"))
		if err := solver.Step(p.ValueGrads()); err != nil {
			t.Fatal(err)
		}
	}
	if !(losses[9] < 0.95*losses[0]) {
		t.Errorf("the loss went from %g to %g only, which proves little", losses[0], losses[9])
	}
	graphtest.CheckClose(t, "losses", losses, want, 1e-8)
}

// What PyTorch, Keras and ONNX Runtime compute from the same weights: outputs, final states,
// every gradient by name, and the losses of ten steps of Adam. A wrong order of gates, a
// transposed weight, a bias that is lost or added twice, a state of the wrong layer.
func TestFrameworks(t *testing.T) {
	files, err := filepath.Glob("testdata/*.safetensors")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d golden files, error %v; want those of testdata/README.md", len(files), err)
	}
	for _, path := range files {
		g := readGolden(t, path)
		t.Run(strings.TrimSuffix(filepath.Base(path), ".safetensors"), func(t *testing.T) {
			t.Run("float64", func(t *testing.T) { g.check(t, graph.Float64, g.tolerance()) })
			t.Run("float32", func(t *testing.T) { g.check(t, graph.Float32, 1e-5) })
			t.Run("Adam", g.checkAdam)
		})
	}
}

// tolerance is for float64: ONNX Runtime computes in float32.
func (g *golden) tolerance() float64 {
	if g.framework() == "onnxruntime" {
		return 1e-5
	}
	return 1e-10
}
