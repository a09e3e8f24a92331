package cells_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// A control is what a golden file does to a gate or a memory.
type control struct{ Freeze, Scale, Low, High *float64 }

func (c control) set(control *cells.Control, p *graph.Program, name string) error {
	switch {
	case c.Freeze != nil:
		return control.Freeze(p, name, *c.Freeze)
	case c.Scale != nil:
		return control.Scale(p, name, *c.Scale)
	}
	return control.Clamp(p, name, *c.Low, *c.High)
}

// What PyTorch says of the inside of two layers of LSTM cells: every h and c, and every gate, in
// every step, with the gradient of the loss with respect to it; and outputs, end states and
// gradients when some of them are frozen, scaled or clamped. A name that is given after another
// equation, or the layer above, has read the quantity gives a part of the gradient only, and
// changes a part of what it should.
func TestWatchedAgreesWithPyTorch(t *testing.T) {
	files, err := filepath.Glob("testdata/watched/*.safetensors")
	if err != nil || len(files) != 9 {
		t.Fatalf("%d golden files, error %v; want those of testdata/make_watched.py", len(files), err)
	}
	for _, path := range files {
		g := readGolden(t, path)
		layers, _ := g.model(t)
		a, b := layers[0].(cells.Forward).Cell, layers[1].(cells.Forward).Cell
		for form, layer := range map[string]cells.Layer{
			"layers":     layers,
			"stack":      cells.Forward{Cell: cells.Stack{a, b}},
			"wrapped":    cells.Forward{Cell: cells.Stack{cells.Zoneout{Cell: cells.Variational{Cell: a}}, cells.Dropout{Cell: b}}},
			"in a layer": cells.Layers{cells.DropoutLayer{Layer: cells.Forward{Cell: a}}, cells.Forward{Cell: b}},
		} {
			for _, engine := range []graph.Engine{graph.Reference, graph.Fused} {
				name := strings.TrimSuffix(filepath.Base(path), ".safetensors")
				t.Run(fmt.Sprintf("%s/%s/%s", name, form, engine), func(t *testing.T) {
					g.checkWatched(t, layer, cells.Stack{a, b}, engine)
				})
			}
		}
	}
}

func (g *golden) checkWatched(t *testing.T, m cells.Layer, stack cells.Stack, engine graph.Engine) {
	tensors, err := weights.Torch("", stack)
	check(t, err)
	graph.Convert(graph.Float64, m.Params()...)
	check(t, weights.Load(tensors, g.weights()))

	var names []string
	for name := range g.Controls {
		names = append(names, name)
	}
	controls := cells.NewControl(names...)
	seen := map[string]int{}
	g.watch = func(b *graph.Builder) {
		controls.Attach(b)
		clear(seen)
		b.Watch(func(name string, n *graph.Node) *graph.Node {
			step := seen[name]
			seen[name]++
			b.Output(fmt.Sprint(name, " ", step), n)
			return b.Gradient(fmt.Sprint("gradient of ", name, " ", step), n)
		})
	}
	p := g.compile(t, m, graph.Settings{Dtype: graph.Float64, Engine: engine})
	for name, c := range g.Controls {
		check(t, c.set(controls, p, name))
	}
	check(t, p.Run())

	found := 0
	for _, tensor := range g.file.Tensors {
		name, ok := strings.CutPrefix(tensor.Name, "grad.watched.")
		if !ok {
			continue
		}
		found++
		if seen[name] != g.steps {
			t.Errorf("%s was named %d times, want once in each of %d steps", name, seen[name], g.steps)
			continue
		}
		var values, grads []float64
		for step := range g.steps {
			values = append(values, p.Floats(fmt.Sprint(name, " ", step))...)
			grads = append(grads, p.Floats(fmt.Sprint("gradient of ", name, " ", step))...)
		}
		graphtest.CheckClose(t, name, g.meant(t, values), g.meant(t, g.floats(t, "watched."+name)), 1e-10)
		graphtest.CheckClose(t, "gradient of "+name, grads, g.floats(t, tensor.Name), 1e-10)
	}
	if want := map[bool]int{true: 4, false: 12}[len(g.Controls) == 0]; found != want {
		t.Errorf("the file has the gradients of %d gates and memories, want %d", found, want)
	}
	graphtest.CheckClose(t, "y", g.meant(t, p.Floats("output.y")), g.meant(t, g.floats(t, "output.y")), 1e-10)
	g.eachState(m, func(kind string, k int, node string) {
		graphtest.CheckClose(t, node, p.Floats("output."+node), g.part(g.floats(t, "output."+kind), k), 1e-10)
		graphtest.CheckClose(t, "gradient of the first "+node, p.Floats("grad.input."+node), g.part(g.floats(t, "grad.input."+kind), k), 1e-10)
	})
	graphtest.CheckClose(t, "gradient of x", p.Floats("grad.input.x"), g.floats(t, "grad.input.x"), 1e-10)
	for _, tensor := range tensors {
		graphtest.CheckClose(t, "gradient of "+tensor.Name, tensor.Gradient(p.Grad), g.floats(t, "grad."+tensor.Name), 1e-10)
	}
}
