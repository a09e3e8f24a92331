package benchmarks

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/optim"
)

// A Config says how a workload is run. The zero value trains LSTMs on the fused engine
// with all processors.
type Config struct {
	Mode    Mode         // Train if empty
	Engine  graph.Engine // Fused if empty
	Cell    string       // a name of cells.Names; lstm if empty
	Workers int          // of the fused engine and of Adam; as many as processors if 0
	Without []string     // passes of the fused engine that are left out

	BFloat16 bool // weights rounded to bfloat16: not for training, and the fused engine only
}

func (c Config) withDefaults() Config {
	if c.Mode == "" {
		c.Mode = Train
	}
	if c.Engine == "" {
		c.Engine = graph.Fused
	}
	if c.Cell == "" {
		c.Cell = "lstm"
	}
	if c.Workers == 0 || c.Engine == graph.Reference { // whose products share the work as they like
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return c
}

// check returns an error that names what cannot be.
func (c Config) check(w Workload) error {
	switch {
	case !slices.Contains(cells.Names(), c.Cell):
		return errors.Errorf("benchmarks: no cell %q; the cells are %s", c.Cell, strings.Join(cells.Names(), ", "))
	case c.Mode != Train && c.Mode != Forward:
		return errors.Errorf("benchmarks: no mode %q; the modes are %s and %s", c.Mode, Train, Forward)
	case !w.Has(c.Mode):
		return errors.Errorf("benchmarks: workload %s is inference and has no mode %s", w.Name, c.Mode)
	case c.BFloat16 && (c.Mode == Train || c.Engine == graph.Reference):
		return errors.New("benchmarks: weights in bfloat16 are for inference on the fused engine")
	case c.Engine == graph.Reference && len(c.Without) > 0:
		return errors.Errorf("benchmarks: the reference engine has no passes to leave out, such as %s", c.Without[0])
	}
	return nil
}

// A Compiled is a workload compiled in one configuration, ready to run. It is for one
// goroutine at a time.
type Compiled struct {
	Workload    Workload
	Config      Config        // with defaults filled in
	FLOPs       int           // of the products of a step, as the graph says them
	CompileTime time.Duration // what building, differentiating and compiling took

	program *graph.Program
	solver  *optim.Adam // nil without training
	batches []batch     // taken in turn
	next    int
	carried []string
	use     usage
}

// Compile makes a model with random weights and random batches, the same ones at every
// call, and compiles it.
func Compile(w Workload, c Config) (*Compiled, error) {
	c = c.withDefaults()
	if err := c.check(w); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(1, 2))
	m, err := newModel(w, c.Cell, rng)
	if err != nil {
		return nil, err
	}
	s := &Compiled{Workload: w, Config: c, batches: newBatches(w, rng), carried: m.carried()}
	start := time.Now()
	program, err := graph.Compile(func(b *graph.Builder) { m.build(b, c.Mode) }, graph.Settings{
		Engine: c.Engine, Workers: c.Workers, Without: slices.Clone(c.Without), Inference: c.Mode == Forward, BFloat16: c.BFloat16,
	})
	if err != nil {
		return nil, errors.Wrapf(err, "benchmarks: compiling %s", w.Name)
	}
	s.CompileTime = time.Since(start)
	s.program, s.FLOPs = program, program.ProductFLOPs()
	if c.Mode == Train {
		s.solver = optim.NewAdam(optim.Settings{Workers: c.Workers})
	} else {
		program.Freeze()
	}
	return s, nil
}

// Load copies the next batch to the inputs. It is no part of what is measured.
func (s *Compiled) Load() error {
	b := s.batches[s.next%len(s.batches)]
	s.next++
	if s.solver != nil {
		if err := s.program.SetInts("targets", b.targets); err != nil {
			return err
		}
	}
	if b.tokens != nil {
		return s.program.SetInts("tokens", b.tokens)
	}
	return s.program.SetFloats("inputs", b.inputs)
}

// Run runs one step on the batch that was loaded last.
func (s *Compiled) Run() error {
	if err := s.program.Run(); err != nil {
		return err
	}
	if s.solver != nil {
		return s.solver.Step(s.program.ValueGrads())
	}
	for _, name := range s.carried {
		if err := s.program.Feed("end/"+name, "start/"+name); err != nil {
			return err
		}
	}
	return nil
}

// Loss returns the loss of the last step of training.
func (s *Compiled) Loss() float64 { return s.program.Scalar("loss") }

// Close releases the program.
func (s *Compiled) Close() error { return s.program.Close() }
