package train_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/optim"
)

// A slope is a model of one number w whose loss is (w·x − y)², without baseline.
type slope struct{ w *graph.Param }

type slopeShape struct{}

func newSlope(slopeShape) (*slope, error) { return &slope{graph.NewParam("w", 1, 1)}, nil }

func init() { train.Register("slope", newSlope) }

// A point is a batch of a slope.
type point struct{ x, y float64 }

func (s *slope) Describe() slopeShape { return slopeShape{} }

func (s *slope) Params() []*graph.Param { return []*graph.Param{s.w} }

func (s *slope) Size(*point) any { return 0 }

func (s *slope) Loss(g *train.Graph, _ *point) *graph.Node {
	return g.SquaredError(g.MatMul(g.Input("x", 1, 1), g.Param(s.w)), g.Input("y", 1, 1), g.Ones(1))
}

func (s *slope) Set(p *graph.Program, b *point) error {
	if err := p.SetFloats("x", []float64{b.x}); err != nil {
		return err
	}
	return p.SetFloats("y", []float64{b.y})
}

// points is a source of batches in a fixed order.
type points []point

func (p points) Begin(*rand.Rand) int { return len(p) }

func (p points) Batch(i int, b *point) { *b = p[i] }

// fitSlope trains a slope that starts at w and returns what is left of it in memory and in the
// file, NaN if there is no file.
func fitSlope(t *testing.T, w float64, data, valid points, s train.Settings) (summary *train.Summary, kept, written float64, err error) {
	t.Helper()
	m, _ := newSlope(slopeShape{})
	m.w.Set(0, 0, w)
	s.Path = filepath.Join(t.TempDir(), "model")
	if valid == nil {
		summary, err = train.Fit(t.Context(), m, data, nil, s)
	} else {
		summary, err = train.Fit(t.Context(), m, data, valid, s)
	}
	written = math.NaN()
	if _, missing := os.Stat(s.Path); missing == nil {
		loaded, loadErr := train.LoadAs[*slope](s.Path)
		if loadErr != nil {
			t.Fatal(loadErr)
		}
		written = loaded.w.At(0, 0)
	}
	return summary, m.w.At(0, 0), written, err
}

func sgd(rate float64) optim.Solver { return optim.NewSGD(optim.Settings{LearningRate: rate}) }

// A validation whose loss is not a number ends the training, the first one too, with the last
// good weights in the model and its file.
func TestValidationThatIsNotANumber(t *testing.T) {
	for name, bad := range map[string]float64{"NaN": math.NaN(), "infinite": math.Inf(1)} {
		_, kept, written, err := fitSlope(t, 0.5, points{{1, 1}, {1, 1}}, points{{1, bad}}, train.Settings{ValidEvery: 1, Optimizer: sgd(0.1)})
		var diverged *train.DivergedError
		if !errors.As(err, &diverged) || diverged.Step != 1 {
			t.Errorf("%s: error %v, want a DivergedError of step 1", name, err)
		}
		if kept != written || kept != 0.5 {
			t.Errorf("%s: %v is kept and %v in the file, want the 0.5 of the start", name, kept, written)
		}
	}
}

// A validation far worse than the first step and than knowing nothing is not the best, though it
// is the first. A later one that is good is, and if there is none the last good weights are kept.
func TestBadValidationsAreNotTheBest(t *testing.T) {
	// The first step leads to w = 100, the others, with a gradient of nothing, leave it there.
	start := points{{1, 0.5}, {0, 0}, {0, 0}, {0, 0}}
	var best []bool
	note := train.CallbackFunc(func(e train.Event) error {
		if e.Kind == train.Validated {
			best = append(best, e.Best)
		}
		return nil
	})
	settings := train.Settings{ValidEvery: 1, Optimizer: sgd(199), Callbacks: []train.Callback{note}}
	summary, kept, written, err := fitSlope(t, 0, start, points{{1, 0}}, settings)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(best, true) || summary.Valid != nil || math.Abs(kept) > 1 || kept != written {
		t.Errorf("validations that are best: %v; %v is kept and %v in the file; %+v", best, kept, written, summary)
	}
	best = nil
	// The first step leads to w = 1.5, with 4 times the loss, and the second to 0.5.
	settings.Optimizer, settings.Schedule = sgd(1), factors{1.5, 0.5}
	_, kept, written, err = fitSlope(t, 0, points{{1, 0.5}, {1, 0.5}}, points{{1, 0.5}}, settings)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(best, []bool{false, true}) || kept != 0.5 || written != 0.5 {
		t.Errorf("validations that are best: %v; %v is kept and %v in the file, want 0.5", best, kept, written)
	}
}

// factors are those of the first steps of a schedule.
type factors []float64

func (f factors) Factor(step int) float64 { return f[min(step, len(f))-1] }

// A step that makes the weights infinite ends the training with an error, the last one too and
// without a validation, and the model and its file are those before.
func TestWeightsThatAreNotFinite(t *testing.T) {
	for name, s := range map[string]train.Settings{
		"the only step":   {MaxSteps: 1, Optimizer: sgd(math.MaxFloat64)},
		"with an average": {MaxSteps: 1, Optimizer: sgd(math.MaxFloat64), Average: 0.9},
	} {
		_, kept, written, err := fitSlope(t, 0.25, points{{1, 1}, {1, 1}}, nil, s)
		var diverged *train.DivergedError
		if !errors.As(err, &diverged) || diverged.Step != 1 {
			t.Errorf("%s: error %v, want a DivergedError of step 1", name, err)
		}
		if kept != 0.25 || written != 0.25 {
			t.Errorf("%s: %v is kept and %v in the file, want 0.25", name, kept, written)
		}
	}
}

// A validation set that is harder than the training's is no reason to keep nothing: losses far
// above those of the training are the best if they are better than those of the start.
func TestHardValidationsCanBeTheBest(t *testing.T) {
	summary, kept, _, err := fitSlope(t, 0, points{{1, 0.5}, {1, 0.5}}, points{{1, 10}}, train.Settings{ValidEvery: 1, Optimizer: sgd(0.1)})
	if err != nil {
		t.Fatal(err)
	}
	// By hand: w goes to 0.1 and then to 0.18.
	if summary.Best != 2 || math.Abs(kept-0.18) > 1e-6 {
		t.Errorf("%v of step %d is kept, want 0.18 of step 2", kept, summary.Best)
	}
}

// What is left of a training that diverges before the first validation are weights whose loss was
// seen to be good: those of the start, or after a number of steps. Would catch weights that are
// remembered before the loss that they lead to is known.
func TestRememberedWeightsAreGood(t *testing.T) {
	data := make(points, 120)
	for i := range data {
		data[i] = point{1, 1}
	}
	for _, test := range []struct {
		step   int     // leads to bad weights
		factor float64 // of its rate
		want   int     // steps after which the weights are left
	}{{50, 1e6, 0}, {50, 1e308, 0}, {100, 1e6, 50}, {75, 1e6, 50}} {
		schedule := make(factors, 120)
		for i := range schedule {
			schedule[i] = 0.001
		}
		schedule[test.step-1] = test.factor
		_, kept, written, err := fitSlope(t, 0, data, nil, train.Settings{Optimizer: sgd(1), Schedule: schedule})
		var diverged *train.DivergedError
		if !errors.As(err, &diverged) || diverged.Step != test.step+1 {
			t.Errorf("%+v: error %v, want a DivergedError", test, err)
		}
		// By hand: a step of 0.001 leads from w to w + 0.002·(1 − w).
		if want := 1 - math.Pow(0.998, float64(test.want)); math.Abs(kept-want) > 1e-6 || kept != written {
			t.Errorf("%+v: %v is kept and %v in the file, want %v", test, kept, written, want)
		}
	}
}

// Weights whose loss is worse than at first are not remembered, though it is not far worse, and
// though the mean of the last losses is not. By hand: the rate of step 50 leads to a loss of about
// 2, at a mean below 1, or of about 5, at a mean below 3; step 51 leads far off.
func TestWorseWeightsAreNotRemembered(t *testing.T) {
	data := make(points, 60)
	for i := range data {
		data[i] = point{1, 1}
	}
	for _, factor := range []float64{1.28, 1.733} {
		schedule := make(factors, 60)
		for i := range schedule {
			schedule[i] = 0.001
		}
		schedule[49], schedule[50] = factor, 1e6
		_, kept, _, err := fitSlope(t, 0, data, nil, train.Settings{Optimizer: sgd(1), Schedule: schedule})
		var diverged *train.DivergedError
		if !errors.As(err, &diverged) || diverged.Step != 52 || kept != 0 {
			t.Errorf("factor %v: %v is kept, want the start; %v", factor, kept, err)
		}
	}
}
