package task_test

import (
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// Engine and workers reach the graphs of a model, whether they are whole or in blocks, and
// both engines give the same loss and gradients. Would catch settings that are dropped.
func TestEngineAndWorkersReachTheGraphs(t *testing.T) {
	m, ids := languageModel(t, "hello world, hello", 6)
	stream, err := data.NewStream(ids, 2, 6)
	if err != nil {
		t.Fatal(err)
	}
	stream.Begin(nil)
	var batch data.Batch
	stream.Batch(0, &batch)
	for _, blocks := range []int{0, 4} {
		var loss, gradient [][]float64
		for _, g := range []graph.Settings{{Workers: 3}, {Engine: graph.Reference}} {
			program, err := train.Compile(m, &data.Batch{Steps: 6, Rows: 2}, train.Compilation{Training: true, Block: blocks, Graph: g})
			if err != nil {
				t.Fatal(err)
			}
			if r := program.Graph().Report(); (r == nil) != (g.Engine == graph.Reference) || r != nil && r.Workers != 3 {
				t.Errorf("blocks of %d, %+v: the program is %+v", blocks, g, r)
			}
			result, err := program.Run(&batch, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			loss = append(loss, []float64{result.Loss})
			gradient = append(gradient, program.Graph().Grad(m.Stack.Params()[0]))
			program.Close()
		}
		graphtest.CheckClose(t, "loss", loss[0], loss[1], 1e-6)
		graphtest.CheckClose(t, "gradient", gradient[0], gradient[1], 1e-6)
	}
}

// double doubles the weights of the head, a right operand of a product.
func double(t *testing.T, m *task.Model) {
	t.Helper()
	w := m.Head.W.Floats()
	for i := range w {
		w[i] *= 2
	}
	if err := m.Head.W.SetFloats(w); err != nil {
		t.Fatal(err)
	}
}

// Predictors keep what they made of the weights in their first run, so that the weights are
// not prepared for products in each. It shows in weights that change, which they must not.
func TestPredictorsAreFrozen(t *testing.T) {
	writer, _ := languageModel(t, "hello world", 4)
	g, err := task.NewGenerator(writer, task.Serving{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	reader := classifier(t, 4)
	c, err := task.NewClassifier(reader, task.Serving{Rows: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	see := func() []float64 {
		if err := g.See(1); err != nil {
			t.Fatal(err)
		}
		return g.Probabilities()
	}
	read := func() []float64 {
		p, err := c.Probabilities([]string{"a good film"})
		if err != nil {
			t.Fatal(err)
		}
		return p[0]
	}
	twin, _ := languageModel(t, "hello world", 4)
	unchanged, err := task.NewGenerator(twin, task.Serving{})
	if err != nil {
		t.Fatal(err)
	}
	defer unchanged.Close()

	see()
	want := read()
	double(t, writer)
	double(t, reader)
	for range 2 {
		if err := unchanged.See(1); err != nil {
			t.Fatal(err)
		}
	}
	graphtest.CheckClose(t, "generator", see(), unchanged.Probabilities(), 0)
	graphtest.CheckClose(t, "classifier", read(), want, 0)
}
