package task_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph/graphtest"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

func newComposer(t *testing.T) *task.Model {
	t.Helper()
	c := task.Config{Task: task.Notes, Cell: "lstm", Hidden: 4, Layers: 1, Steps: 8}
	m, err := task.New(c, schema.Schema{Features: task.NoteFeatures()}, newRand())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// By hand: a model that always gives key 60 odds of e, key 61 odds of e² and all others
// odds of e⁻³. Catches a mean over keys, padding that counts, and a threshold that is not
// at even odds.
func TestComposerScoreByHand(t *testing.T) {
	m := newComposer(t)
	for _, p := range m.Params() {
		p.Fill(func() float64 { return 0 })
	}
	bias := slices.Repeat([]float64{-3}, format.Keys)
	bias[60-format.LowestKey], bias[61-format.LowestKey] = 1, 2
	m.Head.B.SetFloats(bias)
	// Targets are {60}, {} and {60, 62}.
	source, err := data.NewRolls([]format.Roll{{{21}, {60}, {}}, {{22, 23}, {60, 62}}}, 3, 8)
	if err != nil {
		t.Fatal(err)
	}
	p := score(t, m, source)
	no := func(x float64) float64 { return math.Log(1 + math.Exp(x)) } // −log(1 − σ(x))
	yes := func(x float64) float64 { return no(-x) }                   // −log σ(x)
	silent := float64(format.Keys-2) * no(-3)
	want := (3*silent + 3*no(2) + 2*yes(1) + no(1) + yes(-3) - no(-3)) / 3
	graphtest.CheckClose(t, "NLL", []float64{p.Loss, p.Value("nll"), float64(p.Targets)}, []float64{want, want, 3}, 1e-5)
	graphtest.CheckClose(t, "precision, recall, F1", []float64{p.Value("precision"), p.Value("recall"), p.Value("f1")}, []float64{2.0 / 6, 2.0 / 3, 4.0 / 9}, 1e-12)
}

// What comes next is what the model says at the last step of a piece, alone or among
// others. Catches the output of another step or row.
func TestComposerNext(t *testing.T) {
	m := newComposer(t)
	pieces := []format.Roll{{{60}, {62, 64}, {60}}, {}, {{40}}, {{21}, {22}, {23}, {24}, {25}, {26}, {27}, {28}, {29}, {30}}}
	c, err := task.NewComposer(m, task.Serving{Rows: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	together, err := c.Next(pieces)
	if err != nil {
		t.Fatal(err)
	}
	for i, piece := range pieces {
		alone, err := c.Next([]format.Roll{piece})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(alone[0], together[i]) {
			t.Errorf("piece %d has other probabilities alone", i)
		}
		if len(piece) == 0 {
			continue
		}
		// The loss of one more step is that of these probabilities.
		source, err := data.NewRolls([]format.Roll{append(slices.Clone(piece[max(len(piece)-8, 0):]), []int{50})}, 1, 8)
		if err != nil {
			t.Fatal(err)
		}
		nll := 0.0
		for k, p := range together[i] {
			if k == 50-format.LowestKey {
				nll -= math.Log(p)
			} else {
				nll -= math.Log(1 - p)
			}
		}
		p := score(t, m, source)
		before := 0.0
		if short := piece[max(len(piece)-8, 0):]; len(short) > 1 {
			source, err := data.NewRolls([]format.Roll{short}, 1, 8)
			if err != nil {
				t.Fatal(err)
			}
			q := score(t, m, source)
			before = q.Loss * float64(q.Targets)
		}
		graphtest.CheckClose(t, "NLL of the last step", []float64{p.Loss*float64(p.Targets) - before}, []float64{nll}, 1e-4)
	}
}

// A model of notes of another width is an error.
func TestComposerNeedsKeys(t *testing.T) {
	m := newComposer(t)
	if _, err := task.New(m.Config, schema.Schema{Features: &schema.Features{Mean: []float64{0}, Deviation: []float64{1}}}, newRand()); err == nil {
		t.Error("one key passes")
	}
}
