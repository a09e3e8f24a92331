package exec_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ir/irtest"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/graph/internal/pass"
	"github.com/seed-222a112c/lstm/graph/internal/schedule"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A compiled sample has a node for each leaf.
type compiled struct {
	*irtest.Sample
	original *ir.Program
	graph    *gorgonia.ExprGraph
	nodes    map[string]*gorgonia.Node
	float64  bool
}

// compile runs the passes on a random program, but for one that is left out.
func compile(t *testing.T, seed uint64, wide bool, inference bool, without ...string) *compiled {
	t.Helper()
	c := &compiled{Sample: irtest.Random(seed, 12), graph: gorgonia.NewGraph(), nodes: map[string]*gorgonia.Node{}, float64: wide}
	c.original = c.Program
	dtype := tensor.Float32
	if wide {
		dtype = tensor.Float64
	}
	for _, name := range slices.Sorted(maps.Keys(c.Leaves)) {
		m, of := c.Leaves[name], dtype
		if name[:3] == "ind" {
			of = tensor.Int
		}
		c.nodes[name] = gorgonia.NewTensor(c.graph, of, 2, gorgonia.WithShape(m.Rows, m.Cols), gorgonia.WithName(name))
	}
	p := c.Program.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Leaf {
			return nil
		}
		w := *v
		a := v.Attr.(ir.Memory)
		a.Source = c.nodes[a.Name]
		w.Attr = a
		return r.Raw(w)
	})
	passes, err := pass.Without(pass.Pipeline(pass.Settings{Inference: inference}), without...)
	if err != nil {
		t.Fatal(err)
	}
	c.Program, _ = pass.Run(p, passes, nil)
	return c
}

// redraw draws other numbers for the leaves, but for the kinds that are kept.
func (c *compiled) redraw(rng *rand.Rand, kept ...ir.Kind) {
	for _, v := range c.original.Values {
		if v.Op != ir.Leaf {
			continue
		}
		a := v.Attr.(ir.Memory)
		m := ir.NewMatrix(v.Rows, v.Cols)
		copy(m.Data, c.Leaves[a.Name].Data)
		if !slices.Contains(kept, a.Kind) {
			rng.Shuffle(len(m.Data), func(i, j int) { m.Data[i], m.Data[j] = m.Data[j], m.Data[i] })
		}
		c.Leaves[a.Name] = m
	}
}

// values returns the leaves as Gorgonia holds them.
func (c *compiled) values() map[*gorgonia.Node]gorgonia.Value {
	all := map[*gorgonia.Node]gorgonia.Value{}
	for name, n := range c.nodes {
		m := c.Leaves[name]
		var backing any = m.Data
		switch {
		case n.Dtype() == tensor.Int:
			backing = converted[int](m.Data)
		case n.Dtype() == tensor.Float32:
			backing = converted[float32](m.Data)
		}
		all[n] = tensor.New(tensor.WithShape(m.Rows, m.Cols), tensor.WithBacking(backing))
	}
	return all
}

func converted[T, S int | float32 | float64](x []S) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(v)
	}
	return y
}

// let gives the nodes the values of the leaves.
func (c *compiled) let(t *testing.T) {
	t.Helper()
	for n, v := range c.values() {
		if err := gorgonia.Let(n, v); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *compiled) want(t *testing.T) []ir.Matrix {
	t.Helper()
	want, err := c.original.Interpret(c.Leaves)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

func scheduleOf[T kernel.Float](t *testing.T, c *compiled, workers int, without ...string) *exec.Schedule[T] {
	t.Helper()
	phases, err := schedule.Without(schedule.Pipeline[T](schedule.Settings{Workers: workers}), without...)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := schedule.Run(c.Program, phases)
	return s
}

func matrices(all []*tensor.Dense) []ir.Matrix {
	var out []ir.Matrix
	for _, d := range all {
		m := ir.NewMatrix(d.Shape()[0], d.Shape()[1])
		switch x := d.Data().(type) {
		case []float64:
			copy(m.Data, x)
		case []float32:
			copy(m.Data, converted[float64](x))
		}
		out = append(out, m)
	}
	return out
}

func check(t *testing.T, what string, got, want []ir.Matrix, tolerance float64) {
	t.Helper()
	if worst, where := irtest.Difference(got, want); !(worst <= tolerance) {
		t.Errorf("%s differs by %g: %s", what, worst, where)
	}
}

// Steps that read what another worker has not written yet, or what nobody writes; memory that
// is given to two values at a time; a wrong part of a place. All random programs give what the
// definitions of the table give, for any number of workers in any order that the barriers
// allow, with every phase and without each.
func TestInterleavings(t *testing.T) {
	programs := uint64(150)
	if testing.Short() {
		programs = 40
	}
	for seed := range programs {
		c := compile(t, seed, true, seed%3 == 0)
		want := c.want(t)
		leftOut := [][]string{nil, {schedule.Names()[int(seed)%len(schedule.Names())]}}
		for _, without := range leftOut {
			for _, workers := range []int{1, 2, 3, 5} {
				s := scheduleOf[float64](t, c, workers, without...)
				for range 1 + workers/2 {
					got, err := exec.Interleave(s, c.values(), rand.New(rand.NewPCG(seed, uint64(workers))))
					if err != nil {
						t.Fatal(err)
					}
					check(t, fmt.Sprintf("seed %d, %d workers, without %v", seed, workers, without), matrices(got), want, 1e-11)
				}
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%v\n%v", seed, c.Program, scheduleOf[float64](t, c, 2))
		}
	}
}

// A program that runs again and again: with other inputs, with parameters that are frozen,
// thawed and changed. Catches what is kept although it has changed, and what is computed from
// memory that a leaf had before.
func TestRunsOfOneProgram(t *testing.T) {
	for seed := range uint64(60) {
		c := compile(t, seed, true, seed%2 == 0)
		for _, workers := range []int{1, 3} {
			p, err := exec.New(scheduleOf[float64](t, c, workers))
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(seed, 5))
			run := func(what string) {
				c.let(t)
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				var got []*tensor.Dense
				for i := range c.original.Outputs {
					got = append(got, p.Output(i))
				}
				check(t, fmt.Sprintf("seed %d, %d workers, %s", seed, workers, what), matrices(got), c.want(t), 1e-11)
			}
			run("the first run")
			c.redraw(rng)
			run("another run")
			p.Freeze()
			run("a frozen run")
			c.redraw(rng, ir.Param)
			run("a frozen run with other inputs")
			p.Freeze()
			c.redraw(rng)
			run("a run that is frozen anew")
			p.Thaw()
			c.redraw(rng)
			run("a thawed run")
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%v", seed, c.Program)
		}
	}
}

// In float32 any number of workers gives the same bits.
func TestSameBitsForAnyWorkers(t *testing.T) {
	for seed := range uint64(100) {
		c := compile(t, seed, false, false)
		var want []ir.Matrix
		for _, workers := range []int{1, 2, 3, 4} {
			got, err := exec.Interleave(scheduleOf[float32](t, c, workers), c.values(), rand.New(rand.NewPCG(seed, 1)))
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = matrices(got)
			}
			check(t, fmt.Sprintf("seed %d, %d workers", seed, workers), matrices(got), want, 0)
		}
		check(t, fmt.Sprintf("seed %d in float32", seed), want, c.want(t), 1e-4)
	}
}
