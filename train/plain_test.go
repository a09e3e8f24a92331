package train_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/optim"
)

// A shuffled source has points in the order that the numbers of each pass say.
type shuffled struct {
	points
	order []int
	drawn []uint64 // the first number of each pass
}

func (s *shuffled) Begin(rng *rand.Rand) int {
	s.order = s.order[:0]
	for i := range s.points {
		s.order = append(s.order, i)
	}
	if rng != nil {
		first := rng.Uint64()
		if n := len(s.drawn); n == 0 || s.drawn[n-1] != first {
			s.drawn = append(s.drawn, first)
		}
		rng.Shuffle(len(s.order), func(i, j int) { s.order[i], s.order[j] = s.order[j], s.order[i] })
	}
	return len(s.points)
}

func (s *shuffled) Batch(i int, b *point) { *b = s.points[s.order[i]] }

// A masked model is a slope with masks, which it notes: those of a Stream, if it has one, or its
// Masks.
type masked struct {
	*slope
	stream bool
	drawn  [][]float64
}

const maskSize = 20

func (m *masked) Loss(g *train.Graph, b *point) *graph.Node {
	masks := g.Masks
	if m.stream {
		g.Stream("unused ", false)
		masks = g.Stream("used ", false)
	}
	g.Output("mask", masks.Dropout(g.Builder, g.Constant(1, 1, maskSize), 0.5))
	return m.slope.Loss(g, b)
}

func (m *masked) Count(p *graph.Program, _ *point) train.Counts {
	m.drawn = append(m.drawn, p.Floats("mask"))
	return nil
}

func (m *masked) Report(*train.Metrics, train.Counts) {}

// mask returns what a generator draws.
func mask(rng *rand.Rand) []float64 {
	x := make([]float64, maskSize)
	for i := range x {
		if rng.Float64() >= 0.5 {
			x[i] = 2
		}
	}
	return x
}

// Orders of the data and masks are drawn from PCG-DXSM of the seed and the epoch, and of the seed
// and 2⁴⁰ + the step. The numbers are those of an implementation in Python of the generator's
// definition (O'Neill 2014). Would catch an order or masks that are the same in every epoch or
// step, and seeds that are mixed up.
func TestRandomNumbersOfATraining(t *testing.T) {
	source := &shuffled{points: points{{1, 1}, {2, 1}}}
	first := []uint64{0xa820c549e46f520f, 0x163cc5d5a19157a8, 0xc5930e9e56beb882, 0xbbc1e627afc48223, 0x7a61978e14949a38}
	for _, stream := range []bool{false, true} {
		source.drawn = nil
		m := &masked{slope: &slope{graph.NewParam("w", 1, 1)}, stream: stream}
		if _, err := train.Fit(t.Context(), m, source, nil, train.Settings{Epochs: 3, MaxSteps: 5, Seed: 5, Optimizer: sgd(0.01)}); err != nil {
			t.Fatal(err)
		}
		if want := []uint64{0x6e43f8f9647dca3b, 0xc8a5a77170deaa53, 0xb6c3607730c92abf}; !slices.Equal(source.drawn, want) {
			t.Errorf("orders are drawn from %x, want %x", source.drawn, want)
		}
		for step := range 5 {
			generator := func() *rand.Rand { return rand.New(rand.NewPCG(5, 1<<40+uint64(step))) }
			keys, want := generator(), mask(generator())
			if got := keys.Uint64(); got != first[step] {
				t.Errorf("the first number of step %d is %x, want %x", step, got, first[step])
			}
			if stream {
				want = mask(rand.New(rand.NewPCG(keys.Uint64(), 0)))
			}
			if !slices.Equal(m.drawn[step], want) {
				t.Errorf("stream %t: the mask of step %d is %v, want %v", stream, step, m.drawn[step], want)
			}
		}
	}
}

// A history is what a training by plain loops over numbers comes to.
type history struct {
	w       []float64 // after each step, w[0] before the first
	losses  []float64 // of the steps
	mean    []float64 // average of the weights after each step
	valid   map[int]float64
	best    int
	epoch   float64 // mean loss of the last epoch's steps
	average float64 // of the best step
}

// plainly trains a slope without any of this module: stochastic gradient descent with momentum,
// a clipped gradient, weights averaged with a decay, and a validation after each three steps.
func plainly(data points, valid point, seed uint64, epochs int, rate, momentum, clip, decay float64) history {
	h := history{w: []float64{0}, mean: []float64{0}, valid: map[int]float64{}}
	var w, velocity, mean, lowest float64
	lowest = math.Inf(1)
	step := 0
	for epoch := range epochs {
		order := make([]int, len(data))
		for i := range order {
			order[i] = i
		}
		rng := rand.New(rand.NewPCG(seed, uint64(epoch)))
		rng.Uint64() // which a shuffled source notes
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		h.epoch = 0
		for _, i := range order {
			off := w*data[i].x - data[i].y
			h.losses, h.epoch = append(h.losses, off*off), h.epoch+off*off/float64(len(data))
			g := 2 * off * data[i].x
			if math.Abs(g) > clip {
				g = math.Copysign(clip, g)
			}
			velocity = momentum*velocity + g
			w -= rate * velocity
			step++
			mean += max(1/float64(step), 1-decay) * (w - mean)
			h.w, h.mean = append(h.w, w), append(h.mean, mean)
			if step%3 == 0 || step == epochs*len(data) {
				off := mean*valid.x - valid.y
				if h.valid[step] = off * off; off*off < lowest {
					lowest, h.best, h.average = off*off, step, mean
				}
			}
		}
	}
	return h
}

// A training that is stopped dead after every third event, and each time continued from its
// checkpoint, has at each step the loss, and at each validation the loss of the averaged weights,
// and in the end the best averaged weights and the mean loss of the last epoch, that plain loops
// come to. Would catch whatever a resumed training, and one that never stopped, both do wrong:
// velocity, order, sums of the epoch, average or best weights that start afresh or are not put
// back.
func TestTrainingByPlainLoops(t *testing.T) {
	data, valid := points{{1, 2}, {2, 3}, {-1, -1}, {0.5, 2}, {3, 5}}, point{1, 1.5}
	want := plainly(data, valid, 11, 3, 0.05, 0.8, 1.5, 0.7)
	if want.best == 15 || want.best == 3 {
		t.Fatalf("the best is of step %d: the test shows less than it could", want.best)
	}
	near := func(name string, got, want float64) {
		if !(math.Abs(got-want) <= 2e-5*max(1, math.Abs(want))) {
			t.Errorf("%s is %v, plain loops come to %v", name, got, want)
		}
	}
	for _, stops := range []bool{false, true} {
		folder := t.TempDir()
		checkpoints := train.Checkpoints{Path: filepath.Join(folder, "checkpoint"), Steps: 1}
		steps, validations := map[int]bool{}, map[int]bool{}
		for {
			m, _ := newSlope(slopeShape{})
			s := train.Settings{Epochs: 3, ValidEvery: 3, Seed: 11, Optimizer: optim.NewMomentum(optim.Settings{LearningRate: 0.05, Momentum: 0.8}),
				ClipNorm: 1.5, Average: 0.7, Path: filepath.Join(folder, "model"), Checkpoints: checkpoints}
			if from, err := train.ReadCheckpoint(checkpoints.Path); err == nil {
				s.From = from
			}
			told := 0
			s.Callbacks = []train.Callback{train.CallbackFunc(func(e train.Event) error {
				if e.Kind == train.Stepped {
					steps[e.Step] = true
					near(fmt.Sprint("the loss of step ", e.Step), e.Metrics.Loss, want.losses[e.Step-1])
					near(fmt.Sprint("w after step ", e.Step), m.w.At(0, 0), want.w[e.Step])
				} else {
					validations[e.Step] = true
					near(fmt.Sprint("the validation after step ", e.Step), e.Metrics.Loss, want.valid[e.Step])
				}
				if told++; stops && told == 3 { // what came after the last step that was saved comes again
					return errKilled
				}
				return nil
			})}
			summary, err := train.Fit(t.Context(), m, &shuffled{points: data}, points{valid}, s)
			if errors.Is(err, errKilled) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(steps) != 15 || len(validations) != 5 || summary.Best != want.best || summary.Steps != 15 {
				t.Errorf("%d steps, %d validations, %+v; the best is of step %d", len(steps), len(validations), summary, want.best)
			}
			near("the mean loss of the last epoch", summary.Train.Loss, want.epoch)
			near("the best validation", summary.Valid.Loss, want.valid[want.best])
			near("the weight that is kept", m.w.At(0, 0), want.average)
			written, err := train.LoadAs[*slope](s.Path)
			if err != nil || written.w.At(0, 0) != m.w.At(0, 0) {
				t.Errorf("the file has another weight than the model: %v", err)
			}
			break
		}
	}
}

// cancelling is a source that cancels a training when its batch is read for the nth time.
type cancelling struct {
	points
	n      int
	cancel func()
}

func (c *cancelling) Batch(i int, b *point) {
	if c.n--; c.n == 0 {
		c.cancel()
	}
	c.points.Batch(i, b)
}

// Ctrl-C in the middle of a validation of averaged weights: the checkpoint has the weights
// themselves and not their mean, and the validation counts as not done. Would catch an exchange
// of weights and averages that is not undone.
func TestInterruptedWhileAveraged(t *testing.T) {
	data, valid := points{{1, 2}, {2, 3}, {-1, -1}, {0.5, 2}, {3, 5}}, point{1, 1.5}
	want := plainly(data, valid, 0, 1, 0.05, 0, 100, 0.7)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	path := filepath.Join(t.TempDir(), "checkpoint")
	m, _ := newSlope(slopeShape{})
	// The validation set has two batches; the second validation is after step 6 of 5, that is at 5.
	_, err := train.Fit(ctx, m, &shuffled{points: data}, &cancelling{points{valid, valid}, 3, cancel}, train.Settings{
		ValidEvery: 3, Optimizer: sgd(0.05), Average: 0.7, Checkpoints: train.Checkpoints{Path: path}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	file, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"weights/w": want.w[5], "kept/w": want.mean[3], "solver/inner/mean/0": want.mean[5]} {
		tensor, ok := file.Tensor(name)
		if !ok {
			var names []string
			for _, tensor := range file.Tensors {
				names = append(names, tensor.Name)
			}
			t.Fatalf("no tensor %s among %q", name, names)
		}
		x, err := tensor.Float32s()
		if err != nil || math.Abs(float64(x[0])-want) > 1e-5 {
			t.Errorf("%s is %v, plain loops come to %v; %v", name, x, want, err)
		}
	}
	from, err := train.ReadCheckpoint(path)
	if err != nil || from.Step() != 5 || from.Follows(train.Validated, 5) || !from.Follows(train.Validated, 3) {
		t.Errorf("the checkpoint is of step %d; %v", from.Step(), err)
	}
}

// Validations of equal losses are not better: the first is the best, and patience counts the
// others.
func TestEqualValidations(t *testing.T) {
	still := points{{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}}
	for patience, want := range map[int]int{1: 2, 3: 4, 0: 6} {
		summary, _, _, err := fitSlope(t, 0.5, still, points{{1, 1}}, train.Settings{ValidEvery: 1, Patience: patience, Optimizer: sgd(0.1)})
		if err != nil {
			t.Fatal(err)
		}
		if summary.Steps != want || summary.Best != 1 {
			t.Errorf("patience %d: %d steps and the best after %d, want %d and 1", patience, summary.Steps, summary.Best, want)
		}
	}
}
