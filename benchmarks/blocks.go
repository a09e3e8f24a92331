package benchmarks

import (
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/bptt"
	"github.com/seed-222a112c/lstm/train/optim"
)

// Blocks is a workload that trains as a Compiled does, with the same weights, batches and
// gradients, but by graphs of a bounded number of time steps, as package bptt runs them. It
// is a Runner.
type Blocks struct {
	model   *model
	run     *bptt.Blocks
	solver  *optim.Adam
	batches []batch
	next    int
	batch   batch
	fullest func() // is told when most memory is in use, if not nil
	loss    float64
}

var _ Runner = (*Blocks)(nil)

// NewBlocks compiles a workload of tokens, with targets at every step, in blocks of at most
// so many time steps.
func NewBlocks(w Workload, block int, c Config) (*Blocks, error) {
	c = c.withDefaults()
	if err := c.check(w); err != nil {
		return nil, err
	}
	if w.Vocabulary == 0 || !w.EveryStep || c.Mode != Train || block < 1 {
		return nil, errors.Errorf("benchmarks: %s in blocks of %d; want tokens, targets at every step, training and blocks of 1 or more", w.Name, block)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	m, err := newModel(w, c.Cell, rng)
	if err != nil {
		return nil, err
	}
	s := &Blocks{model: m, batches: newBatches(w, rng), solver: optim.NewAdam(optim.Settings{Workers: c.Workers})}
	s.run, err = bptt.Compile(s.recurrence(), w.Steps, bptt.Settings{Block: block, Graph: graph.Settings{Engine: c.Engine, Workers: c.Workers, Without: c.Without}})
	return s, errors.Wrapf(err, "benchmarks: compiling %s", w.Name)
}

// recurrence is the workload as package bptt sees it. The loss of a block is its share of
// the mean over all steps.
func (s *Blocks) recurrence() bptt.Recurrence {
	m := s.model
	unroll := func(g *bptt.Graph, steps int) []*graph.Node {
		inputs := m.embedding.Of(g.Builder, g.Indices("tokens", steps*m.Batch), steps)
		outputs, end := cells.Unroll(g.Builder, m.stack, inputs, nil, g.Start(m.stack, m.Batch))
		g.End(end)
		return outputs
	}
	return bptt.Recurrence{
		Loss: func(g *bptt.Graph, steps int) *graph.Node {
			n := steps * m.Batch
			logits := m.head.Of(g.Builder, g.Stack(unroll(g, steps)))
			mean := g.CrossEntropy(logits, g.Indices("targets", n), g.Ones(n), graph.CrossEntropySettings{})
			return g.Mul(mean, g.Dot(g.Constant(float64(n)/float64(m.Tokens()), 1, 1), g.Ones(1)))
		},
		Advance: func(g *bptt.Graph, steps int) { unroll(g, steps) },
	}
}

// Step trains on the next batch.
func (s *Blocks) Step() error {
	s.batch = s.batches[s.next%len(s.batches)]
	s.next++
	err := s.run.Reset()
	if err != nil {
		return err
	}
	s.loss = 0
	for _, pass := range s.run.Passes() {
		if err := s.set(pass); err != nil {
			return err
		}
		loss, err := s.run.Run(pass)
		if err != nil {
			return err
		}
		s.loss += loss
		if s.fullest != nil && !pass.Advance && pass.To == s.model.Steps { // the states between all blocks are there
			s.fullest()
		}
	}
	return s.solver.Step(s.run.Program().ValueGrads())
}

// set sets the inputs of a pass.
func (s *Blocks) set(pass bptt.Pass) error {
	from, to := pass.From*s.model.Batch, pass.To*s.model.Batch
	if err := pass.Program.SetInts("tokens", s.batch.tokens[from:to]); err != nil || pass.Advance {
		return err
	}
	return pass.Program.SetInts("targets", s.batch.targets[from:to])
}

// Loss returns the loss of the last step.
func (s *Blocks) Loss() float64 { return s.loss }

// Time runs steps.
func (s *Blocks) Time(n int) ([]time.Duration, error) {
	times := make([]time.Duration, n)
	for i := -1; i < n; i++ {
		start := time.Now()
		if err := s.Step(); err != nil {
			return nil, err
		}
		if i >= 0 {
			times[i] = time.Since(start)
		}
	}
	return times, nil
}

// Close releases the programs.
func (s *Blocks) Close() error { return s.run.Close() }

// BlocksMemory returns the bytes of the heap that training a workload in blocks of so many
// time steps takes, weights and solver included: those in use when a step has most of them.
func BlocksMemory(w Workload, block int, c Config) (bytes int64, err error) {
	before := heapInUse()
	s, err := NewBlocks(w, block, c)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if err := s.Step(); err != nil { // the solver has its memory from now on
		return 0, err
	}
	s.fullest = func() { bytes = heapInUse() - before }
	return bytes, s.Step()
}

// UnrolledMemory is BlocksMemory in one graph that holds all time steps.
func UnrolledMemory(w Workload, c Config) (bytes int64, err error) {
	before := heapInUse()
	s, err := Compile(w, c)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if _, err := s.Time(1); err != nil {
		return 0, err
	}
	bytes = heapInUse() - before
	runtime.KeepAlive(s)
	return bytes, nil
}

// heapInUse returns the bytes of the heap that something refers to.
func heapInUse() int64 {
	runtime.GC()
	runtime.GC() // the second one frees what finalisers let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
