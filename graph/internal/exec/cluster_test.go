package exec_test

import (
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
