package task_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// changed returns a model like another with another config.
func changed(t *testing.T, m *task.Model, change func(c *task.Config)) *task.Model {
	t.Helper()
	c := m.Config
	change(&c)
	n, err := task.New(c, m.Schema, newRand())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A bidirectional tagger learns what only the word after tells, and one that reads forward does
// not. Would catch directions that both read the same way, and a head that reads one of them.
func TestBidirectionalReadsAhead(t *testing.T) {
	forward, sentences := newTagger(t, strings.Repeat("x A\na O\n\nx B\nb O\n\n", 4), 3)
	accuracy := func(m *task.Model) float64 {
		source := tagged(t, m, sentences, 8, 3)
		descend(t, m, source, 300, 2)
		return score(t, m, source).Value("accuracy")
	}
	both := changed(t, forward, func(c *task.Config) { c.Bidirectional, c.Layers = true, 2 })
	if a, b := accuracy(forward), accuracy(both); a != 0.75 || b != 1 {
		t.Errorf("accuracy %g forward and %g in both directions, want 0.75 and 1", a, b)
	}
}

// The tensors of a bidirectional model are those of PyTorch's, whose second layer reads both
// directions of the first.
func TestBidirectionalTensors(t *testing.T) {
	forward, _ := newTagger(t, "x A\ny B\n", 3)
	m := changed(t, forward, func(c *task.Config) { c.Bidirectional, c.Layers = true, 2 })
	shapes := map[string][]int{}
	for _, x := range m.Tensors() {
		shapes[x.Name] = x.Shape
	}
	for name, want := range map[string][]int{
		"lstm.weight_ih_l0": {16, 3}, "lstm.weight_ih_l0_reverse": {16, 3}, "lstm.bias_hh_l0_reverse": {16},
		"lstm.weight_ih_l1": {16, 8}, "lstm.weight_hh_l1_reverse": {16, 4}, "dense.weight": {2, 8},
	} {
		if !slices.Equal(shapes[name], want) {
			t.Errorf("%s has shape %v, want %v", name, shapes[name], want)
		}
	}
}

// A tied model has one table for both ends: the gradient of the table is the sum of those of an
// untied model's two, and the parameters are fewer by a matrix. It begins as small as the weights
// of a dense layer, for else the first logits would be large.
func TestTie(t *testing.T) {
	m, ids := languageModel(t, strings.Repeat("to be or not to be, ", 8), 20)
	m = changed(t, m, func(c *task.Config) { c.Embed = c.Hidden })
	tied := changed(t, m, func(c *task.Config) { c.Tie = true })
	stream, err := data.NewStream(ids, 3, 20)
	if err != nil {
		t.Fatal(err)
	}
	var batch data.Batch
	stream.Batch(0, &batch)
	table, symbols := tied.Embedding.Table, tied.Vocabulary.Len()
	m.Embedding.Table.SetFloats(table.Floats())
	if limit := 1 / math.Sqrt(float64(tied.Config.Embed)); slices.Max(table.Floats()) > limit || slices.Min(table.Floats()) < -limit {
		t.Errorf("the table begins at %v, want it within ±%g", table.Floats(), limit)
	}
	for i := range symbols {
		for j := range m.Config.Hidden {
			m.Head.W.Set(j, i, table.At(i, j))
		}
	}
	for k, p := range tied.Recurrent().Params() {
		m.Recurrent().Params()[k].SetFloats(p.Floats())
	}
	one, two := compile(t, tied, &batch, train.Compilation{Training: true}), compile(t, m, &batch, train.Compilation{Training: true})
	got, want := drawn(t, one, &batch, 1), drawn(t, two, &batch, 1)
	graphtest.CheckClose(t, "loss", []float64{got.Loss}, []float64{want.Loss}, 1e-6)
	sum, dense := two.Graph().Grad(m.Embedding.Table), two.Graph().Grad(m.Head.W)
	for i := range symbols {
		for j := range m.Config.Hidden {
			sum[i*m.Config.Hidden+j] += dense[j*symbols+i]
		}
	}
	graphtest.CheckClose(t, "gradient of the table", one.Graph().Grad(table), sum, 1e-5)
	if n := len(tied.Params()); n != len(m.Params())-1 {
		t.Errorf("%d parameters, want one less than %d", n, len(m.Params()))
	}
	for _, x := range tied.Tensors() {
		if x.Name == "dense.weight" {
			t.Error("the table is there twice")
		}
	}
}

// The mean and the maximum over the steps do not depend on their order where cells have no
// memory, and the last output does: words in another order have the same probabilities. Would
// catch a pool that is not handed on, and padding that is pooled.
func TestPool(t *testing.T) {
	for _, pool := range task.Pools() {
		m := changed(t, classifier(t, 8), func(c *task.Config) { c.Cell, c.Pool = "rnn", pool })
		for _, g := range m.Stack[0].Params() {
			if strings.HasSuffix(g.Name(), "/U") {
				g.Fill(func() float64 { return 0 })
			}
		}
		c, err := task.NewClassifier(m, task.Serving{Rows: 4})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		p, err := c.Probabilities([]string{"good bad film", "film good bad", "good bad film good bad film good"})
		if err != nil {
			t.Fatal(err)
		}
		same := func(a, b []float64) bool { return a[0]-b[0] < 1e-6 && b[0]-a[0] < 1e-6 }
		if same(p[0], p[1]) != (pool != task.Last) || same(p[0], p[2]) != (pool == task.Max) {
			t.Errorf("pool %s: probabilities %v", pool, p)
		}
	}
}

// What reads a whole sequence is not trained in blocks, and is evaluated as a whole.
func TestWholeSequences(t *testing.T) {
	for _, change := range []func(c *task.Config){
		func(c *task.Config) { c.Bidirectional = true },
		func(c *task.Config) { c.Pool = task.Mean },
	} {
		m := changed(t, classifier(t, 8), change)
		if _, err := train.Compile(m, &data.Batch{Steps: 8, Rows: 2}, train.Compilation{Training: true, Block: 5}); err == nil || !strings.Contains(err.Error(), "needs a graph of whole sequences, here of 8 steps, and graphs have at most 5") {
			t.Errorf("error %v", err)
		}
		source, err := data.NewSequences([][]int{{1, 2, 3, 4, 1, 2, 3, 4}}, []int{1}, 1, 8)
		if err != nil {
			t.Fatal(err)
		}
		var batch data.Batch
		source.Batch(0, &batch)
		var losses []float64
		for _, s := range []train.Compilation{{}, {Block: 5}} {
			r, err := compile(t, m, &batch, s).Run(&batch, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, r.Loss)
		}
		if losses[0] != losses[1] {
			t.Errorf("losses %v", losses)
		}
	}
}

// Options that exclude each other are named, with the reason.
func TestOptions(t *testing.T) {
	lm := task.Config{Task: task.Characters, Cell: "lstm", Hidden: 4, Layers: 1, Embed: 4, Steps: 4}
	tag := lm
	tag.Task = task.Tag
	with := func(c task.Config, change func(c *task.Config)) task.Config { change(&c); return c }
	for _, test := range []struct {
		config task.Config
		want   string // empty if there is no error
	}{
		{lm, ""},
		{with(lm, func(c *task.Config) { c.Tie, c.Dropout, c.RecurrentDropout, c.Zoneout = true, 0.5, 0.5, 0.5 }), ""},
		{with(tag, func(c *task.Config) { c.Bidirectional = true }), ""},
		{with(lm, func(c *task.Config) { c.Bidirectional = true }), "bidirectional does not apply to task char, which predicts what follows"},
		{with(lm, func(c *task.Config) { c.Task, c.Bidirectional = task.Notes, true }), "bidirectional does not apply to task notes"},
		{with(lm, func(c *task.Config) { c.Tie, c.Embed = true, 5 }), "it is 5 and the layer 4"},
		{with(tag, func(c *task.Config) { c.Tie = true }), "tie does not apply to task tag"},
		{with(tag, func(c *task.Config) { c.Pool = task.Max }), "pool max does not apply to task tag, whose head reads every step"},
		{with(tag, func(c *task.Config) { c.Pool = "sum" }), `no pool "sum"; the pools are [last mean max]`},
		{with(lm, func(c *task.Config) { c.Dropout = 1 }), "dropout is 1, want it from 0 to below 1"},
		{with(lm, func(c *task.Config) { c.Zoneout = -0.1 }), "zoneout is -0.1"},
		{with(lm, func(c *task.Config) { c.Cell, c.RecurrentDropout = "gru", 0.1 }), "cell gru, whose h is its memory"},
		{with(lm, func(c *task.Config) { c.Cell, c.Zoneout = "slstm", 0.1 }), "zoneout does not apply to cell slstm"},
		{with(lm, func(c *task.Config) { c.Cell, c.RecurrentDropout = "mlstm", 0.1 }), "recurrent-dropout does not apply to cell mlstm"},
	} {
		err := test.config.Check()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: error %v, want %q", test.config, err, test.want)
		}
	}
}
