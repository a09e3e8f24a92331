package pass

import (
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// The recipe "Add a pass" of CONTRIBUTING.md: x + x is 2·x.
func doubles(p *ir.Program) (*ir.Program, int) {
	found := 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Add || v.In[0] != v.In[1] {
			return nil
		}
		found++
		return r.New(ir.Affine, ir.Linear{Scale: 2}, r.Of(v.In[0]))
	})
	return q, found
}

// A pass that is a function and a line of the list: it has a test of its own, computes the same
// on random programs, and its rewrites are counted.
func TestAPassIsAFunction(t *testing.T) {
	checkPass(t, doubles, `
		x = input 2x3
		y = tanh(x)
		z = add(y, y)
		return z
	`, `
		x = input 2x3
		v1 = tanh(x)
		v2 = affine[2, 0](v1)
		return v2
	`)
	pipeline := slices.Insert(Pipeline(Settings{}), 1, Pass{Name: "doubles", Run: doubles})
	found := 0
	for seed := range uint64(100) {
		found += checkPipeline(t, seed, pipeline)["doubles"]
	}
	if found == 0 {
		t.Error("no random program adds a value to itself")
	}
}
