package exec_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ir/irtest"
)

// sampleOf returns a program given as text, with numbers for its leaves: whole ones below most
// for an index, others between 1 and 2.
func sampleOf(text string, most int) *irtest.Sample {
	s := &irtest.Sample{Program: ir.MustParse(text), Leaves: map[string]ir.Matrix{}}
	rng := rand.New(rand.NewPCG(7, 8))
	for _, v := range s.Values {
		if v.Op != ir.Leaf {
			continue
		}
		a, m := v.Attr.(ir.Memory), ir.NewMatrix(v.Rows, v.Cols)
		for i := range m.Data {
			if m.Data[i] = 1 + rng.Float64(); a.Kind == ir.Index {
				m.Data[i] = float64(rng.IntN(most))
			}
		}
		s.Leaves[a.Name] = m
	}
	return s
}

// checkRun compares what the steps of a program compute, as it is written, with its definition.
func checkRun(t *testing.T, text string, workers int, without ...string) {
	t.Helper()
	c := compiledOf(sampleOf(text, 3), true)
	got, err := exec.Interleave(scheduleOf[float64](t, c, workers, without...), c.values(), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	check(t, text, matrices(got), c.want(t), 1e-12)
}

// Clusters that differ in one thing alone and run the same program: a constant, an attribute, the
// way in which an operand spreads, the order of operands.
func TestClustersThatDiffer(t *testing.T) {
	for _, text := range []string{
		"k = constant[2]()\na = div(k, x)\nl = constant[3]()\nb = div(l, y)\nreturn a, b",
		"a = affine[2, 1](x)\nb = affine[2, 3](y)\nreturn a, b",
		"r = input 1x4\nc = input 4x1\na = mul(x, r)\nb = mul(y, c)\nreturn a, b",
		"r = input 1x4\nn = input 1x1\na = mul(x, r)\nb = mul(y, n)\nreturn a, b",
		"r = input 1x4\na = sub(x, r)\nb = sub(r, y)\nreturn a, b",
	} {
		checkRun(t, "x = input 4x4\ny = input 4x4\n"+text, 2)
	}
}

// Clusters of more numbers than are computed at a time, of rows that are longer than that, and of
// rows with gaps between them: numbers that are computed from other rows or columns.
func TestLargeClusters(t *testing.T) {
	const text = `
		x = input %[1]dx%[2]d
		y = input %[1]dx%[2]d
		r = input 1x%[2]d
		c = input %[1]dx1
		n = input 1x1
		k = constant[3]()
		z = concat(x, y)
		g = columns[1:%[3]d](z)
		a = mul(x, r)
		b = sub(c, a)
		d = tanh(b)
		e = choose(c, d, y)
		f = keep(x, r)
		h = div(k, f)
		i = add(h, n)
		j = muladd(d, e, i)
		l = mul(g, c)
		m = exp(g)
		return j, e, b, l, m, z
	`
	for _, shape := range [][2]int{{3, 1500}, {1, 1500}, {30, 100}, {2, 1024}, {1025, 1}} {
		for _, workers := range []int{1, 3} {
			checkRun(t, fmt.Sprintf(text, shape[0], shape[1], shape[1]+1), workers)
		}
	}
}
