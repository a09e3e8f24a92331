package train_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
)

// A callback that returns Stop, wrapped or not, after a step or a validation, ends the training
// well: validated once after the last step, saved, with the best model in the file and in memory,
// and all callbacks told. It can go on from there, and then leaves what it would have left.
func TestStop(t *testing.T) {
	for _, kind := range []train.EventKind{train.Stepped, train.Validated} {
		c, folder := newCorpus(t), t.TempDir()
		var validated []int
		var told []train.EventKind
		s := train.Settings{Epochs: 9, ValidEvery: 4, Optimizer: adam(0.02), Path: filepath.Join(folder, "model"),
			Checkpoints: train.Checkpoints{Path: filepath.Join(folder, "checkpoint")}, Callbacks: []train.Callback{
				train.CallbackFunc(func(e train.Event) error {
					if e.Kind == kind && e.Step >= 8 && (kind == train.Validated || e.Step == 10) {
						return fmt.Errorf("enough: %w", train.Stop)
					}
					return nil
				}),
				train.CallbackFunc(func(e train.Event) error {
					if told = append(told, e.Kind); e.Kind == train.Validated {
						validated = append(validated, e.Step)
					}
					return nil
				})}}
		summary := fit(t, c, s)
		want, last := []int{4, 8}, 8
		if kind == train.Stepped {
			want, last = []int{4, 8, 10}, 10
		}
		if summary.Steps != last || !slices.Equal(validated, want) || len(told) != last+len(want) {
			t.Errorf("stopped at a %s: %d steps, validations after %v, %d events", kind, summary.Steps, validated, len(told))
		}
		from, err := train.ReadCheckpoint(s.Checkpoints.Path)
		if err != nil || from.Step() != last || !from.Follows(train.Validated, last) {
			t.Errorf("stopped at a %s: the checkpoint is of step %d; %v", kind, from.Step(), err)
		}
		if got := c.evaluate(t, c.valid); got.Loss != summary.Valid.Loss || summary.Best != last {
			t.Errorf("stopped at a %s: the model has loss %v, the summary says %v", kind, got.Loss, summary.Valid.Loss)
		}
		if kind == train.Stepped {
			continue // the validation after step 10 would not have been
		}
		straight := newCorpus(t)
		fit(t, straight, train.Settings{MaxSteps: 16, ValidEvery: 4, Epochs: 9, Optimizer: adam(0.02)})
		resumed := newCorpus(t)
		fit(t, resumed, train.Settings{MaxSteps: 16, ValidEvery: 4, Epochs: 9, Optimizer: adam(0.02), From: from})
		for i, p := range resumed.model.Params() {
			if !slices.Equal(p.Floats(), straight.model.Params()[i].Floats()) {
				t.Errorf("%s is another after a stop", p.Name())
			}
		}
	}
}

// A counted source notes how it was read.
type counted struct {
	batches int
	begun   []int // how often its passes were read from the start
	read    []int
}

func (c *counted) Begin(*rand.Rand) int { c.begun = append(c.begun, len(c.read)); return c.batches }

func (c *counted) Batch(i int, b *signal) {
	c.read = append(c.read, i)
	(&signals{seed: 1}).Batch(i, b)
}

// An epoch of a source without an end is as long as the settings say, or there is none; and what
// makes no sense is an error that names it. Would catch a pass that never begins anew, a limit
// that overflows, and a number of batches that nobody checks.
func TestEpochs(t *testing.T) {
	for name, test := range map[string]struct {
		batches      int
		s            train.Settings
		steps, epoch int // of the last event
		err          string
	}{
		"no end":               {data.Unlimited, train.Settings{MaxSteps: 7}, 7, 1, ""},
		"epochs of four":       {data.Unlimited, train.Settings{EpochSteps: 4, Epochs: 2}, 8, 2, ""},
		"epochs without limit": {data.Unlimited, train.Settings{EpochSteps: 2, MaxSteps: 7}, 7, 4, ""},
		"cut off":              {data.Unlimited, train.Settings{EpochSteps: 4, Epochs: 2, MaxSteps: 5}, 5, 2, ""},
		"epochs of what":       {data.Unlimited, train.Settings{Epochs: 2}, 0, 0, "Settings.Epochs is 2, but the source has no end"},
		"two ends":             {3, train.Settings{EpochSteps: 2}, 0, 0, "Settings.EpochSteps is 2, but the source has an end, after 3 batches"},
		"less than none":       {-1, train.Settings{}, 0, 0, "Begin of the source returned -1 batches, want 1 or more"},
		"none":                 {0, train.Settings{}, 0, 0, "no batches"},
	} {
		m, err := newEcho(echoShape{4})
		if err != nil {
			t.Fatal(err)
		}
		var last train.Event
		test.s.Callbacks = []train.Callback{train.CallbackFunc(func(e train.Event) error { last = e; return nil })}
		source := &counted{batches: test.batches}
		summary, err := train.Fit(t.Context(), m, source, nil, test.s)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: error %v, want %q", name, err, test.err)
			}
			continue
		}
		if err != nil {
			t.Fatal(name, err)
		}
		wantSteps := test.steps
		if test.s.MaxSteps == 0 {
			wantSteps = test.s.Epochs * test.s.EpochSteps
		}
		if summary.Steps != test.steps || last.Epoch != test.epoch || last.Steps != wantSteps || last.Left != 0 || last.Epochs != test.s.Epochs {
			t.Errorf("%s: %+v, %+v", name, summary, last)
		}
		if n := test.s.EpochSteps; n > 0 && slices.Max(source.read) > n {
			t.Errorf("%s: batches %v of epochs of %d", name, source.read, n)
		}
	}
	if _, err := train.Evaluate(t.Context(), new(echo), &counted{batches: data.Unlimited}, train.Settings{}.Graph); err == nil || !strings.Contains(err.Error(), "and an end") {
		t.Errorf("error %v for an evaluation without an end", err)
	}
}

// What is best is what the criterion says: by one that is the highest where the loss is not the
// lowest, another model is kept. Would catch a sign, and patience that looks at the loss.
func TestCriterion(t *testing.T) {
	run := func(best train.Criterion) (steps, kept int, seen map[int]train.Metrics) {
		c := newBackwards(t)
		seen = map[int]train.Metrics{}
		s := fit(t, c, train.Settings{Epochs: 9, MaxSteps: 40, ValidEvery: 4, Optimizer: adam(0.02), Best: best, Callbacks: []train.Callback{
			train.CallbackFunc(func(e train.Event) error {
				if e.Kind == train.Validated {
					seen[e.Step] = e.Metrics
				}
				return nil
			})}})
		return s.Steps, s.Best, seen
	}
	for _, best := range []train.Criterion{{}, {Metric: "loss"}, {Metric: "loss", Highest: true}, {Metric: "accuracy", Highest: true}, {Metric: "accuracy"}} {
		_, kept, seen := run(best)
		value := func(step int) float64 {
			m := seen[step]
			if best.Metric == "accuracy" {
				return m.Value("accuracy")
			}
			return m.Loss
		}
		want, x := 0, math.Inf(1)
		for step := 4; step <= 40; step += 4 {
			y := value(step)
			if best.Highest {
				y = -y
			}
			if y < x {
				want, x = step, y
			}
		}
		if kept != want {
			t.Errorf("%+v: kept the model of step %d, want %d of %v", best, kept, want, seen)
		}
	}
	c := newCorpus(t)
	_, err := train.Fit(t.Context(), c.model, c.train, c.valid, train.Settings{Best: train.Criterion{Metric: "f1"}})
	if err == nil || !strings.Contains(err.Error(), `no metric "f1" to choose the best model by; the model has loss, perplexity, bits_per_char, accuracy`) {
		t.Errorf("error %v", err)
	}
}
