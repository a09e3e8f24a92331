package task_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-222a112c/lstm/train/task"
)

// One Classifier serves 32 goroutines, with one run at a time and with several, and each gets what
// it gets alone. Would catch a program that two runs use, and a run that waits for ever.
func TestServingFromManyGoroutines(t *testing.T) {
	m := classifier(t, 8)
	texts := []string{"good", "bad film", "good bad film", "film film film good", ""}
	alone, err := task.NewClassifier(m, task.Serving{Rows: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	var want [][]float64
	for _, text := range texts {
		p, err := alone.Probabilities([]string{text})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, p[0])
	}
	for _, s := range []task.Serving{{Rows: 3}, {Rows: 3, Parallel: 4}, {Rows: 2, Parallel: 2, Workers: 2}} {
		c, err := task.NewClassifier(m, s)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for caller := range 32 {
			all.Go(func() {
				for i := range 5 {
					k := (caller + i) % len(texts)
					p, err := c.Probabilities([]string{texts[k], texts[0], texts[k]})
					if err != nil || !slices.Equal(p[0], want[k]) || !slices.Equal(p[2], want[k]) {
						t.Errorf("%+v: %v and error %v, want %v", s, p, err, want[k])
						return
					}
				}
			})
		}
		all.Wait()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if _, err := c.Probabilities(texts); err == nil || !strings.Contains(err.Error(), "after Close") {
			t.Errorf("after Close: error %v", err)
		}
	}
}

// In float64 and with weights in bfloat16 the probabilities are nearly the same, and the model
// keeps its bits. Would catch settings that do not arrive, and a model that is converted itself.
func TestServingFormats(t *testing.T) {
	m := classifier(t, 8)
	before := m.Recurrent().Params()[0].Floats()
	predict := func(s task.Serving) []float64 {
		t.Helper()
		s.Rows = 2
		c, err := task.NewClassifier(m, s)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		p, err := c.Probabilities([]string{"good bad film"})
		if err != nil {
			t.Fatal(err)
		}
		return p[0]
	}
	single, double, half := predict(task.Serving{}), predict(task.Serving{Float64: true}), predict(task.Serving{BFloat16: true})
	for i := range single {
		if d := math.Abs(single[i] - double[i]); d == 0 || d > 1e-6 {
			t.Errorf("float64 is off by %g", d)
		}
		if d := math.Abs(single[i] - half[i]); d == 0 || d > 0.02 {
			t.Errorf("bfloat16 is off by %g", d)
		}
	}
	if !slices.Equal(before, m.Recurrent().Params()[0].Floats()) || m.Recurrent().Params()[0].Float32s() == nil {
		t.Error("the model has changed")
	}
}

// What cannot be is an error that names the field.
func TestServingErrors(t *testing.T) {
	m := classifier(t, 8)
	for _, test := range []struct {
		serving task.Serving
		want    string
	}{
		{task.Serving{Rows: -1}, "Serving.Rows is -1"},
		{task.Serving{Parallel: -2}, "Serving.Parallel is -2"},
		{task.Serving{Workers: -3}, "Serving.Workers is -3"},
		{task.Serving{BFloat16: true, Float64: true}, "both BFloat16 and Float64"},
	} {
		if _, err := task.NewClassifier(m, test.serving); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
	if _, err := task.NewGenerator(m, task.Serving{}); err == nil || !strings.Contains(err.Error(), `a model of task "classify", want ["char" "word"]`) {
		t.Errorf("error %v", err)
	}
	lm, _ := languageModel(t, "abc abc abc", 4)
	if _, err := task.NewGenerator(lm, task.Serving{Rows: 2}); err == nil || !strings.Contains(err.Error(), "it writes one text") {
		t.Errorf("error %v", err)
	}
}

// A Generator goes on from a state as it did before, any number of times, also from one that was
// written as JSON and in another Generator; from the zero state it begins anew. Would catch a
// memory that is left out, and a state that shares memory with the Generator.
func TestTextState(t *testing.T) {
	m, ids := languageModel(t, strings.Repeat("to be or not to be, ", 8), 20)
	newGenerator := func() *task.Generator {
		g, err := task.NewGenerator(m, task.Serving{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { g.Close() })
		return g
	}
	write := func(g *task.Generator, seed uint64) (written []int) {
		rng := rand.New(rand.NewPCG(seed, 0))
		for range 12 {
			token, err := g.Next(task.Sampling{Temperature: 1}, rng)
			if err != nil {
				t.Fatal(err)
			}
			written = append(written, token)
		}
		return written
	}
	g := newGenerator()
	fresh := write(g, 7)
	if err := g.SetState(task.TextState{}); err != nil || g.Probabilities() != nil {
		t.Errorf("after the zero state: error %v, probabilities %v", err, g.Probabilities())
	}
	for i := range 10 {
		if err := g.See(ids[i]); err != nil {
			t.Fatal(err)
		}
	}
	state := g.State()
	first, other := write(g, 1), write(g, 2)
	if err := g.SetState(state); err != nil {
		t.Fatal(err)
	}
	again := write(g, 1)
	text, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	var read task.TextState
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	elsewhere := newGenerator()
	if err := elsewhere.SetState(read); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first, again) || !slices.Equal(first, write(elsewhere, 1)) || slices.Equal(first, other) {
		t.Errorf("written %v, from the same state %v, and on %v", first, again, other)
	}
	if err := elsewhere.SetState(task.TextState{}); err != nil || !slices.Equal(write(elsewhere, 7), fresh) {
		t.Errorf("from the zero state: error %v, and not what a new Generator writes", err)
	}
	for want, change := range map[string]func(s *task.TextState){
		`9 numbers of memory "0/h"`:              func(s *task.TextState) { s.Memories["0/h"] = make([]float64, 9) },
		`"2/h"], want ["0/h" "0/c" "1/h" "1/c"]`: func(s *task.TextState) { s.Memories["2/h"] = nil },
		"2 logits":                               func(s *task.TextState) { s.Logits = make([]float64, 2) },
	} {
		var bad task.TextState
		if err := json.Unmarshal(text, &bad); err != nil {
			t.Fatal(err)
		}
		change(&bad)
		before := fmt.Sprint(g.State())
		if err := g.SetState(bad); err == nil || !strings.Contains(err.Error(), want) || fmt.Sprint(g.State()) != before {
			t.Errorf("error %v, want %q, and no change", err, want)
		}
	}
}
