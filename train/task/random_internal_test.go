package task

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/bptt"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Dropout stands in layers+1 places, which the widths tell: the embedding of 3, what is between
// layers and what the head reads, of 5, of both directions together 10; of inputs that are
// numbers one place less. No mask is on what flows from step to step but that of recurrent
// dropout, which all steps share. Zoneout has two masks of each cell and step, of h and c.
// Would catch a place that is missing or there twice.
func TestWhereMasksAre(t *testing.T) {
	const steps, rows = 3, 2
	language := Config{Task: Characters, Cell: "lstm", Hidden: 5, Layers: 2, Embed: 3, Steps: steps}
	classes := Config{Task: Classify, Cell: "gru", Hidden: 5, Layers: 2, Steps: steps}
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	for name, test := range map[string]struct {
		config Config
		want   map[int]int // masks by width
	}{
		"none":           {language, map[int]int{}},
		"dropout":        {with(language, func(c *Config) { c.Dropout = 0.5 }), map[int]int{3: steps, 5: 2 * steps}},
		"recurrent":      {with(language, func(c *Config) { c.RecurrentDropout = 0.5 }), map[int]int{5: 2}},
		"zoneout":        {with(language, func(c *Config) { c.Zoneout = 0.5 }), map[int]int{5: 2 * 2 * steps}},
		"numbers":        {with(classes, func(c *Config) { c.Dropout = 0.5 }), map[int]int{5: steps + 1}},
		"zoneout of h":   {with(classes, func(c *Config) { c.Zoneout = 0.5 }), map[int]int{5: 2 * steps}},
		"bidirectional":  {with(classes, func(c *Config) { c.Dropout, c.Bidirectional = 0.5, true }), map[int]int{10: steps + 1}},
		"both recurrent": {with(classes, func(c *Config) { c.Cell, c.RecurrentDropout, c.Bidirectional = "rnn", 0.5, true }), map[int]int{5: 4}},
	} {
		m, err := New(test.config, schemaFor(t, test.config), rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			t.Fatal(name, err)
		}
		got := map[int]int{}
		for _, training := range []bool{true, false} {
			p, err := graph.Compile(func(b *graph.Builder) {
				if training {
					clear(got) // of an earlier build
				}
				g := &train.Graph{Graph: &bptt.Graph{Builder: b}, Training: training}
				b.Output("mean loss", m.Loss(g, &data.Batch{Steps: steps, Rows: rows}))
				for _, n := range b.ExprGraph().AllNodes() {
					if shape := n.Shape(); strings.Contains(n.Name(), "random mask") {
						if shape[0] != rows || !training {
							t.Errorf("%s: %s of shape %v, training: %t", name, n.Name(), shape, training)
						}
						got[shape[1]]++
					}
				}
			}, graph.Settings{Engine: graph.Reference})
			if err != nil {
				t.Fatal(name, err)
			}
			p.Close()
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: masks by width %v, want %v", name, got, test.want)
		}
	}
}

// schemaFor returns what a model of the config needs to know.
func schemaFor(t *testing.T, c Config) schema.Schema {
	t.Helper()
	if c.Task == Characters {
		return schema.Schema{Vocabulary: schema.NewCharacterVocabulary(slices.Values([]string{"a", "b", "c"}))}
	}
	labels, err := schema.LabelsFromNames([]string{"high", "low"})
	if err != nil {
		t.Fatal(err)
	}
	return schema.Schema{Features: schema.NewFeatures(nil, 2, []float64{1, 2, 3, 4}), Labels: labels}
}
