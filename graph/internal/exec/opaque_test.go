package exec_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// withOpaque gives the opaque operations of a sample the nodes of their names.
func withOpaque(c *compiled, nodes map[string]*gorgonia.Node) *compiled {
	c.Program = c.Program.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Opaque {
			return nil
		}
		w := *v
		a := v.Attr.(ir.Foreign)
		a.Source = nodes[a.Text]
		w.Attr, w.In = a, r.All(v.In)
		return r.Raw(w)
	})
	return c
}

// Operations that Gorgonia runs itself: on an input, on what is computed, on columns with gaps
// between their rows, on a number; with a result that is a view, or a number. Catches an operand
// or a result of other rows, and a step that reads before its operand is there.
func TestOpaque(t *testing.T) {
	const text = `
		x = input 4x6
		n = input 1x1
		a = tanh(x)
		c = columns[1:4](a)
		m = tanh(n)
		o1 = opaque[4x3 "cube"](c)
		o2 = opaque[4x6 "cube of x"](x)
		o3 = opaque[4x2 "two columns"](a)
		o4 = opaque[1x1 "cube of a number"](m)
		b = neg(o1)
		d = neg(o4)
		s = concat(o1, o3)
		e = softmax(s)
		return b, o2, o3, d, e
	`
	for _, wide := range []bool{true, false} {
		c := compiledOf(sampleOf(text, 1), wide)
		dtype := tensor.Float32
		if wide {
			dtype = tensor.Float64
		}
		matrix := func(rows, cols int) *gorgonia.Node {
			return gorgonia.NewMatrix(c.graph, dtype, gorgonia.WithShape(rows, cols))
		}
		nodes := map[string]*gorgonia.Node{
			"cube":             gorgonia.Must(gorgonia.Cube(matrix(4, 3))),
			"cube of x":        gorgonia.Must(gorgonia.Cube(c.nodes["x"])),
			"two columns":      gorgonia.Must(gorgonia.Slice(matrix(4, 6), nil, gorgonia.S(1, 3))),
			"cube of a number": gorgonia.Must(gorgonia.Cube(gorgonia.NewScalar(c.graph, dtype))),
		}
		c = withOpaque(c, nodes)
		cube := func(x float64) float64 { return x * x * x }
		x, n := c.Leaves["x"], c.Leaves["n"].Data[0]
		want := []ir.Matrix{ir.NewMatrix(4, 3), ir.NewMatrix(4, 6), ir.NewMatrix(4, 2), {Rows: 1, Cols: 1, Data: []float64{-cube(math.Tanh(n))}}, ir.NewMatrix(4, 5)}
		for i := range 4 {
			total := 0.0
			for j := range 6 {
				want[1].Data[i*6+j] = cube(x.At(i, j))
			}
			for j := range 5 {
				y := cube(math.Tanh(x.At(i, 1+j%3)))
				if j >= 3 {
					y = math.Tanh(x.At(i, j-2))
					want[2].Data[i*2+j-3] = y
				} else {
					want[0].Data[i*3+j] = -y
				}
				want[4].Data[i*5+j] = math.Exp(y)
				total += math.Exp(y)
			}
			for j := range 5 {
				want[4].Data[i*5+j] /= total
			}
		}
		for _, workers := range []int{1, 3} {
			for seed := range uint64(4) {
				var got []*tensor.Dense
				var err error
				c.let(t)
				if wide {
					got, err = exec.Interleave(scheduleOf[float64](t, c, workers), c.values(), rand.New(rand.NewPCG(seed, 1)))
				} else {
					got, err = exec.Interleave(scheduleOf[float32](t, c, workers), c.values(), rand.New(rand.NewPCG(seed, 1)))
				}
				if err != nil {
					t.Fatal(err)
				}
				check(t, "opaque operations", matrices(got), want, map[bool]float64{true: 1e-12, false: 1e-5}[wide])
			}
		}
	}
}

// An operation of Gorgonia's that fails, or whose result has another shape than it said: the run
// is an error that names it, and so is the next one.
func TestOpaqueFails(t *testing.T) {
	c := compiledOf(sampleOf("x = input 4x6\no = opaque[4x3 \"cube\"](x)\nn = neg(o)\nreturn n", 1), true)
	c = withOpaque(c, map[string]*gorgonia.Node{"cube": gorgonia.Must(gorgonia.Cube(c.nodes["x"]))})
	for _, workers := range []int{1, 2} {
		p, err := exec.New(scheduleOf[float64](t, c, workers))
		if err != nil {
			t.Fatal(err)
		}
		for _, frozen := range []bool{false, true, false} {
			if p.Thaw(); frozen {
				p.Freeze()
			}
			c.let(t)
			if err := p.Run(); err == nil || !strings.Contains(err.Error(), "24 numbers for 4×3") || !strings.Contains(err.Error(), "cube") {
				t.Errorf("%d workers, frozen %v: the error is %v, want one that names the operation and both sizes", workers, frozen, err)
			}
		}
		p.Close()
	}
}

// A custom operation is another one of Gorgonia's that does something else.
type customOp struct {
	gorgonia.Op
	do func(in ...gorgonia.Value) (gorgonia.Value, error)
}

func (o *customOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) { return o.do(in...) }

// An operation that fails once, panics once and is right in the next run: its result is a view,
// which is copied row by row. Catches workers that wait for the one that has failed, an error that
// is reported again, and what is written into the gaps of a view.
func TestOpaqueThatRecovers(t *testing.T) {
	const text = `
		x = input 4x6
		a = tanh(x)
		o = opaque[4x2 "columns"](a)
		n = neg(o)
		i = transpose(n)
		s = softmax(i)
		return n, s
	`
	c := compiledOf(sampleOf(text, 1), true)
	a := gorgonia.NewMatrix(c.graph, tensor.Float64, gorgonia.WithShape(4, 6))
	op := &customOp{Op: gorgonia.Must(gorgonia.Slice(a, nil, gorgonia.S(1, 3))).Op()}
	c = withOpaque(c, map[string]*gorgonia.Node{"columns": gorgonia.Must(gorgonia.ApplyOp(op, a))})
	fails := func(...gorgonia.Value) (gorgonia.Value, error) { return nil, errors.New("no luck") }
	panics := func(...gorgonia.Value) (gorgonia.Value, error) { panic("no luck at all") }
	works := func(in ...gorgonia.Value) (gorgonia.Value, error) {
		return in[0].(*tensor.Dense).Slice(nil, gorgonia.S(1, 3))
	}
	want := []ir.Matrix{ir.NewMatrix(4, 2), ir.NewMatrix(2, 4)}
	for j := range 2 {
		total := 0.0
		for i := range 4 {
			want[0].Data[i*2+j] = -math.Tanh(c.Leaves["x"].At(i, j+1))
			total += math.Exp(want[0].At(i, j))
		}
		for i := range 4 {
			want[1].Data[j*4+i] = math.Exp(want[0].At(i, j)) / total
		}
	}
	for _, workers := range []int{1, 3} {
		for _, without := range [][]string{nil, {"period"}, {"memory"}} {
			s := scheduleOf[float64](t, c, workers, without...)
			p, err := exec.New(s)
			if err != nil {
				t.Fatal(err)
			}
			c.let(t)
			for _, frozen := range []bool{false, true} {
				if p.Thaw(); frozen {
					p.Freeze()
				}
				for _, run := range []struct {
					do   func(...gorgonia.Value) (gorgonia.Value, error)
					want string
				}{{fails, "no luck"}, {works, ""}, {panics, "no luck at all"}, {works, ""}} {
					op.do = run.do
					err := p.Run()
					if (err == nil) != (run.want == "") || err != nil && !strings.Contains(err.Error(), run.want) {
						t.Fatalf("%d workers, without %v, frozen %v: the error is %v, want %q", workers, without, frozen, err, run.want)
					}
					if err == nil {
						check(t, "the run", matrices([]*tensor.Dense{p.Output(0), p.Output(1)}), want, 1e-12)
					}
				}
			}
			p.Close()
			op.do = works
			for seed := range uint64(4) {
				got, err := exec.Interleave(s, c.values(), rand.New(rand.NewPCG(seed, 1)))
				if err != nil {
					t.Fatal(err)
				}
				check(t, "the run", matrices(got), want, 1e-12)
			}
		}
	}
}
