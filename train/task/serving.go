package task

import (
	"math/rand/v2"
	"runtime"
	"sync"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
)

// Serving says how a trained model predicts. The zero value predicts one sequence at a time.
type Serving struct {
	Rows     int  // sequences that are predicted together; 1 if 0
	Parallel int  // runs at the same time, each in memory of its own, while other callers wait; 1 if 0
	Workers  int  // goroutines of a run; if 0, the processors are shared out among the runs
	BFloat16 bool // round weights to bfloat16: half the memory to read, 8 bits of precision
	Float64  bool // compute in float64, with the same weights
}

// complete returns the settings with the defaults filled in.
func (s Serving) complete() (Serving, error) {
	for _, n := range []struct {
		name  string
		value int
	}{{"Rows", s.Rows}, {"Parallel", s.Parallel}, {"Workers", s.Workers}} {
		if n.value < 0 {
			return s, errors.Errorf("task: Serving.%s is %d, want 0 or more", n.name, n.value)
		}
	}
	if s.BFloat16 && s.Float64 {
		return s, errors.New("task: Serving with both BFloat16 and Float64, want one of them")
	}
	s.Rows, s.Parallel = max(s.Rows, 1), max(s.Parallel, 1)
	if s.Workers == 0 && s.Parallel > 1 {
		s.Workers = max(runtime.GOMAXPROCS(0)/s.Parallel, 1)
	}
	return s, nil
}

// graph returns what runs the graphs.
func (s Serving) graph() graph.Settings {
	settings := graph.Settings{Workers: s.Workers, BFloat16: s.BFloat16}
	if s.Float64 {
		settings.Dtype = graph.Float64
	}
	return settings
}

// served returns the model that predicts: m, or a copy in another format. The parameters of m must
// not change while it does.
func (s Serving) served(m *Model, kinds ...Kind) (*Model, error) {
	known := false
	for _, kind := range kinds {
		known = known || m.Config.Task == kind
	}
	if !known {
		return nil, errors.Errorf("task: a model of task %q, want %q", m.Config.Task, kinds)
	}
	if !s.Float64 {
		return m, nil
	}
	for _, cell := range m.Stack {
		if err := cells.CheckType(m.Config.Cell, cell); err != nil {
			return nil, errors.Wrap(err, "task: Serving in float64")
		}
	}
	twin, err := New(m.Config, m.Schema, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		return nil, err
	}
	graph.Convert(graph.Float64, twin.Params()...)
	for i, p := range m.Params() {
		if err := twin.Params()[i].SetFloats(p.Floats()); err != nil {
			return nil, err
		}
	}
	return twin, nil
}

// A predictor runs a model on batches. It is for any number of goroutines: each run takes a program
// that nobody else uses, and waits if as many runs as there may be are under way.
type predictor struct {
	model    *Model
	serving  Serving
	runs     chan struct{} // holds an element for each run under way
	mutex    sync.Mutex
	programs []*train.Program[data.Batch] // all of them, to be closed
	idle     map[int][]*train.Program[data.Batch]
	closed   bool
}

// newPredictor returns a predictor of a model for the given task.
func newPredictor(m *Model, kind Kind, s Serving) (*predictor, error) {
	s, err := s.complete()
	if err != nil {
		return nil, err
	}
	if m, err = s.served(m, kind); err != nil {
		return nil, err
	}
	return &predictor{model: m, serving: s, runs: make(chan struct{}, s.Parallel), idle: map[int][]*train.Program[data.Batch]{}}, nil
}

// run calls each after every batch of a source, with the program that ran it.
func (p *predictor) run(source data.Source[data.Batch], each func(*graph.Program, *data.Batch)) error {
	var batch data.Batch
	for i := range source.Begin(nil) {
		source.Batch(i, &batch)
		if err := p.runBatch(i, &batch, each); err != nil {
			return err
		}
	}
	return nil
}

func (p *predictor) runBatch(i int, batch *data.Batch, each func(*graph.Program, *data.Batch)) error {
	p.runs <- struct{}{}
	defer func() { <-p.runs }()
	program, err := p.take(batch)
	if err != nil {
		return err
	}
	defer p.give(batch.Steps, program)
	if _, err := program.Run(batch, i, nil); err != nil {
		return err
	}
	each(program.Graph(), batch)
	return nil
}

// take returns a program that nobody uses.
func (p *predictor) take(batch *data.Batch) (*train.Program[data.Batch], error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.closed {
		return nil, errors.New("task: a prediction after Close")
	}
	if free := p.idle[batch.Steps]; len(free) > 0 {
		p.idle[batch.Steps] = free[:len(free)-1]
		return free[len(free)-1], nil
	}
	program, err := train.Compile(p.model, batch, train.Compilation{Graph: p.serving.graph()})
	if err != nil {
		return nil, err
	}
	program.Freeze()
	p.programs = append(p.programs, program)
	return program, nil
}

func (p *predictor) give(steps int, program *train.Program[data.Batch]) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.idle[steps] = append(p.idle[steps], program)
}

// Close waits for the runs under way and releases the model's programs. Predictions after it are
// an error.
func (p *predictor) Close() error {
	for range p.serving.Parallel {
		p.runs <- struct{}{}
	}
	defer func() {
		for range p.serving.Parallel {
			<-p.runs
		}
	}()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.closed = true
	var first error
	for _, program := range p.programs {
		if err := program.Close(); first == nil {
			first = err
		}
	}
	p.programs, p.idle = nil, nil
	return first
}
