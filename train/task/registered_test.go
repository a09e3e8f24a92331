package task_test

import (
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// A grader is a task that this module does not have: a number for each word, of which words and
// how they are spelt are known, with the distance as the loss, smoothed at 0.
type grader struct{}

var _ task.Task = grader{}

func init() { task.Register("grade", grader{}) }

func (grader) Reading() task.Reading { return task.EveryStep }

func (grader) Outputs(s schema.Schema) (int, error) {
	if s.Vocabulary == nil || s.Affixes == nil {
		return 0, errors.Errorf("a grader needs a vocabulary and affixes; it is given %s", s)
	}
	return 1, nil
}

func (grader) Loss(b *graph.Builder, outputs, weights *graph.Node) *graph.Node {
	n := b.Shape(outputs)[0]
	distance := b.Sub(outputs, b.Input("grades", n, 1))
	b.Output("grade", outputs)
	smooth := b.Sqrt(b.Affine(b.Mul(distance, distance), 1, 0.01))
	return b.Div(b.Dot(smooth, weights), b.Affine(b.Dot(weights, b.Ones(n)), 1, 1e-12)) // 0 of a block without targets
}

func (grader) Predict(*graph.Builder, *graph.Node) {}

func (grader) SetTargets(p *graph.Program, batch *data.Batch) error {
	grades := make([]float64, len(batch.Targets))
	for i, class := range batch.Targets {
		grades[i] = float64(class)
	}
	return p.SetFloats("grades", grades)
}

func (grader) BaselineLoss(int) float64 { return 1 }

func (grader) Count(_ *task.Model, p *graph.Program, batch *data.Batch) train.Counts {
	var off, n float64
	for i, x := range p.Floats("grade") {
		off, n = off+batch.Weights[i]*math.Abs(x-float64(batch.Targets[i])), n+batch.Weights[i]
	}
	return train.Counts{"off": {off, n}}
}

func (grader) Counted(*task.Model) map[string]int { return map[string]int{"off": 2} }

func (grader) Report(_ *task.Model, counts train.Counts, r *train.Metrics) {
	r.Add("mae", counts.Mean("off"))
}

// A task from outside, with a head, a loss and measures of its own, is trained, in blocks too,
// stopped and continued, saved, loaded and evaluated by its name, as those of this module are.
func TestTaskFromOutside(t *testing.T) {
	speller, sentences := newTagger(t, strings.Repeat("abc B-X\nb O\na O\n\n", 5)+"a B-X\nB I-X\nabd O\n\n"+strings.Repeat("b I-X\n", 9), 15)
	spelt := withAffixes(t, speller, sentences, 2)
	known := spelt.Schema
	known.Labels = nil
	config := spelt.Config
	config.Task, config.Dropout = "grade", 0.1
	fresh := func() *task.Model {
		m, err := task.New(config, known, newRand())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	source, valid := tagged(t, spelt, sentences, 3, 15), tagged(t, spelt, sentences, 3, 15)
	settings := func() train.Settings {
		return train.Settings{Epochs: 12, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.02}), Block: 4}
	}
	before, err := train.Evaluate(t.Context(), fresh(), source, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}

	folder := t.TempDir()
	whole, path, checkpoint := fresh(), filepath.Join(folder, "model"), filepath.Join(folder, "checkpoint")
	s := settings()
	s.Path = path
	summary, err := train.Fit(t.Context(), whole, source, valid, s)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := train.LoadAs[*task.Model](path)
	if err != nil {
		t.Fatal(err)
	}
	after, err := train.Evaluate(t.Context(), loaded, source, graph.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&after, summary.Valid) || !(after.Value("mae") < before.Value("mae")/2) || len(after.Values) != 1 {
		t.Errorf("loaded %+v, trained %+v, at first %+v", after, summary.Valid, before)
	}

	s = settings()
	s.MaxSteps, s.Checkpoints.Path = 7, checkpoint
	if _, err := train.Fit(t.Context(), fresh(), source, valid, s); err != nil {
		t.Fatal(err)
	}
	s = settings()
	if s.From, err = train.ReadCheckpoint(checkpoint); err != nil {
		t.Fatal(err)
	}
	continued := fresh()
	again, err := train.Fit(t.Context(), continued, source, valid, s)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range whole.Params() {
		if !reflect.DeepEqual(continued.Params()[i].Floats(), p.Floats()) {
			t.Errorf("%s is another in a training that was stopped", p.Name())
		}
	}
	if !reflect.DeepEqual(again.Valid, summary.Valid) {
		t.Errorf("continued %+v, want %+v", again.Valid, summary.Valid)
	}

	known.Affixes = nil
	if _, err := task.New(config, known, newRand()); err == nil || !strings.Contains(err.Error(), "a grader needs a vocabulary and affixes; it is given a vocabulary") {
		t.Errorf("error %v without affixes", err)
	}
}
