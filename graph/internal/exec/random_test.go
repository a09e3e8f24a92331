package exec_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
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
}

// compile runs the passes on a random program.
func compile(t *testing.T, seed uint64, wide bool, inference bool) *compiled {
	t.Helper()
	c := compiledOf(irtest.Random(seed, 12), wide)
	c.Program, _ = pass.Run(c.Program, pass.Pipeline(pass.Settings{Inference: inference}), nil)
	return c
}

// compiledOf gives the leaves of a sample nodes.
func compiledOf(s *irtest.Sample, wide bool) *compiled {
	c := &compiled{Sample: s, original: s.Program, graph: gorgonia.NewGraph(), nodes: map[string]*gorgonia.Node{}}
	dtype := tensor.Float32
	if wide {
		dtype = tensor.Float64
	}
	c.Sample = &irtest.Sample{Leaves: s.Leaves, Program: s.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Leaf {
			return nil
		}
		w := *v
		a, of := v.Attr.(ir.Memory), dtype
		if a.Kind == ir.Index {
			of = tensor.Int
		}
		c.nodes[a.Name] = gorgonia.NewTensor(c.graph, of, 2, gorgonia.WithShape(v.Rows, v.Cols), gorgonia.WithName(a.Name))
		a.Source = c.nodes[a.Name]
		w.Attr = a
		return r.Raw(w)
	})}
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
	return scheduled[T](t, c, schedule.Settings{Workers: workers}, without...)
}

func scheduled[T kernel.Float](t *testing.T, c *compiled, how schedule.Settings, without ...string) *exec.Schedule[T] {
	t.Helper()
	phases, err := schedule.Without(schedule.Pipeline[T](how), without...)
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

// A number of a row that does not exist: it is an error of the run, whatever the table has become,
// and the next run is right.
func TestNumbersOutsideOfATable(t *testing.T) {
	const text = "e = param %dx4\nk = index 1x8\nw = param 4x3\nd = input 8x3\nx = lookup[0:8](e, k)\nz = sum(x*w)\ng = sum(d*w')\ns = scatter[%[1]d](g, k)\nreturn z, s"
	for _, rows := range []int{1, 3, 20} {
		s := &irtest.Sample{Program: ir.MustParse(fmt.Sprintf(text, rows)), Leaves: map[string]ir.Matrix{}}
		for _, v := range s.Values {
			if v.Op == ir.Leaf {
				m := ir.NewMatrix(v.Rows, v.Cols)
				for i := range m.Data {
					m.Data[i] = float64(i%rows) * float64(i%3-1)
				}
				s.Leaves[v.Attr.(ir.Memory).Name] = m
			}
		}
		numbers := s.Leaves["k"].Data
		c := compiledOf(s, true)
		c.Program, _ = pass.Run(c.Program, pass.Pipeline(pass.Settings{}), nil)
		p, err := exec.New(scheduleOf[float64](t, c, 2))
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []float64{float64(rows), -1, 1 << 20} {
			clear(numbers)
			numbers[5] = bad
			c.let(t)
			if err := p.Run(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%g at position 5 is outside [0, %d)", bad, rows)) && bad < 1<<20 {
				t.Errorf("number %g of %d rows gives the error %v", bad, rows, err)
			}
			for i := range numbers {
				numbers[i] = float64((i + 1) % rows)
			}
			c.let(t)
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			check(t, "the next run", matrices([]*tensor.Dense{p.Output(0), p.Output(1)}), c.want(t), 1e-12)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
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

// Products with weights in bfloat16, in all the forms that a sum begins in, and of so few rows that
// workers divide the columns: the values of the rounded weights.
func TestBFloat16Products(t *testing.T) {
	const text = `
		x = input %[1]dx9
		w = param 9x70
		u = param 9x70
		b = param 1x70 row
		y = input %[1]dx70
		e = param 5x70
		k = index 1x%[1]d
		plain = sum(x*w)
		two = sum(x*w + x*u)
		row = sum(x*w + x*u + b)
		matrix = sum(x*u + y)
		l = lookup[0:%[1]d](e, k)
		over = sum[in place true](x*w + l)
		back = sum(y*w')
		return plain, two, row, matrix, over, back
	`
	for _, rows := range []int{1, 3, 8} {
		rng := rand.New(rand.NewPCG(uint64(rows), 4))
		s := &irtest.Sample{Program: ir.MustParse(fmt.Sprintf(text, rows)), Leaves: map[string]ir.Matrix{}}
		rounded := map[string]ir.Matrix{}
		for _, v := range s.Values {
			if v.Op != ir.Leaf {
				continue
			}
			name, m := v.Attr.(ir.Memory).Name, ir.NewMatrix(v.Rows, v.Cols)
			r := ir.NewMatrix(v.Rows, v.Cols)
			for i := range m.Data {
				m.Data[i] = float64(float32(rng.NormFloat64()))
				if name == "k" {
					m.Data[i] = float64(rng.IntN(5))
				}
				r.Data[i] = m.Data[i]
				if name == "w" || name == "u" {
					bits := math.Float32bits(float32(m.Data[i]))
					bits += 1<<15 - 1 + bits>>16&1 // to nearest, ties to even
					r.Data[i] = float64(math.Float32frombits(bits &^ (1<<16 - 1)))
				}
			}
			s.Leaves[name], rounded[name] = m, r
		}
		want, err := s.Interpret(rounded)
		if err != nil {
			t.Fatal(err)
		}
		exact, err := s.Interpret(s.Leaves) // a transposed weight is not rounded
		if err != nil {
			t.Fatal(err)
		}
		want[5] = exact[5]
		for _, workers := range []int{1, 2, 3} {
			c := compiledOf(s, false)
			got, err := exec.Interleave(scheduled[float32](t, c, schedule.Settings{Workers: workers, BFloat16: true}), c.values(), rng)
			if err != nil {
				t.Fatal(err)
			}
			check(t, fmt.Sprintf("%d rows, %d workers", rows, workers), matrices(got), want, 1e-5)
		}
	}
}
