package cells_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train/optim"
)

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
			for _, engine := range []graph.Engine{graph.Reference, graph.Fused} {
				double := graph.Settings{Dtype: graph.Float64, Engine: engine}
				single := graph.Settings{Dtype: graph.Float32, Engine: engine}
				t.Run(fmt.Sprintf("%s float32", engine), func(t *testing.T) { g.check(t, single, 1e-5) })
				t.Run(fmt.Sprintf("%s float64", engine), func(t *testing.T) {
					p := g.check(t, double, g.tolerance())
					if g.trains() {
						g.checkAdam(t, p)
					}
				})
			}
		})
	}
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
func (g *golden) compile(t *testing.T, m cells.Layer, settings graph.Settings) *graph.Program {
	t.Helper()
	p, err := graph.Compile(func(b *graph.Builder) { g.build(b, m) }, settings)
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
	if g.watch != nil {
		g.watch(b)
	}
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

// meant clears the rows of y, of shape (T·B, O), that mean nothing: those in which the mask is
// 0, except where Keras repeats the last output, as Unroll does.
func (g *golden) meant(t *testing.T, y []float64) []float64 {
	t.Helper()
	if g.framework() == "keras" && !g.Bidirectional {
		return y
	}
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

// check compares outputs, final states and gradients, and returns the program.
func (g *golden) check(t *testing.T, settings graph.Settings, tolerance float64) *graph.Program {
	t.Helper()
	m, tensors := g.model(t)
	graph.Convert(settings.Dtype, m.Params()...)
	if err := weights.Load(tensors, g.weights()); err != nil {
		t.Fatal(err)
	}
	p := g.compile(t, m, settings)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "y", g.meant(t, p.Floats("output.y")), g.meant(t, g.floats(t, "output.y")), tolerance)
	g.eachState(m, func(kind string, k int, node string) {
		graphtest.CheckClose(t, node, p.Floats("output."+node), g.part(g.floats(t, "output."+kind), k), tolerance)
		if g.trains() && g.floats(t, "input."+kind) != nil {
			grad := g.part(g.floats(t, "grad.input."+kind), k)
			graphtest.CheckClose(t, "gradient of "+node, p.Floats("grad.input."+node), grad, tolerance)
		}
	})
	if !g.trains() {
		return p
	}
	graphtest.CheckClose(t, "gradient of x", p.Floats("grad.input.x"), g.floats(t, "grad.input.x"), tolerance)
	for _, tensor := range tensors {
		graphtest.CheckClose(t, "gradient of "+tensor.Name, tensor.Gradient(p.Grad), g.floats(t, "grad."+tensor.Name), tolerance)
	}
	return p
}

// checkAdam compares the losses before each of ten steps of Adam.
func (g *golden) checkAdam(t *testing.T, p *graph.Program) {
	t.Helper()
	solver := optim.NewAdam(optim.Settings{LearningRate: 0.05})
	var losses []float64
	for range 10 {
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
	graphtest.CheckClose(t, "losses", losses, g.floats(t, "losses"), 1e-8)
}
