package pass

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ir/irtest"
)

// Whatever a pass gets wrong: on random programs of all operations each pass, after those before
// it, gives a program that verifies and computes the same; so does each pipeline without one of
// them. A pass that rewrites nothing in some hundred programs, and an operation that none of
// them has, would show nothing.
func TestRandomPrograms(t *testing.T) {
	programs := 400
	if testing.Short() {
		programs = 100
	}
	rewrites := map[string]int{}
	operations := map[ir.Op]int{}
	for seed := range uint64(programs) {
		for _, inference := range []bool{false, true} {
			for name, n := range checkPipeline(t, seed, Pipeline(Settings{Inference: inference})) {
				rewrites[name] += n
			}
		}
		left := Names()[int(seed)%len(Names())]
		pipeline, err := Without(Pipeline(Settings{}), left)
		if err != nil {
			t.Fatal(err)
		}
		checkPipeline(t, seed, pipeline)
		for _, v := range irtest.Random(seed, 12).Values {
			operations[v.Op]++
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%v", seed, irtest.Random(seed, 12))
		}
	}
	var b strings.Builder
	for _, p := range Pipeline(Settings{}) {
		fmt.Fprintf(&b, "%s %d, ", p.Name, rewrites[p.Name])
		if rewrites[p.Name] == 0 {
			t.Errorf("pass %s rewrote nothing", p.Name)
		}
	}
	t.Log(b.String())
	for _, op := range ir.Ops() {
		if operations[op] == 0 && op != ir.Opaque {
			t.Errorf("no program has a %v; those that were met: %v", op, slices.Sorted(maps.Keys(operations)))
		}
	}
}

// checkPipeline runs passes on a random program and compares what it computes after each.
func checkPipeline(t *testing.T, seed uint64, pipeline []Pass) map[string]int {
	t.Helper()
	s := irtest.Random(seed, 12)
	if err := s.Verify(); err != nil {
		t.Fatalf("seed %d: %v\n%v", seed, err, s.Program)
	}
	want, err := s.Interpret(s.Leaves)
	if err != nil {
		t.Fatalf("seed %d: %v\n%v", seed, err, s.Program)
	}
	before := s.String()
	_, rewrites := Run(s.Program, pipeline, func(name string, p *ir.Program) {
		if err := p.Verify(); err != nil {
			t.Errorf("seed %d, after %s: %v", seed, name, err)
			return
		}
		got, err := p.Interpret(s.Leaves)
		if err != nil {
			t.Errorf("seed %d, after %s: %v", seed, name, err)
			return
		}
		if worst, where := irtest.Difference(got, want); !(worst < 1e-11) {
			t.Errorf("seed %d: after %s the outputs differ by %g: %s\n%v", seed, name, worst, where, p)
		}
	})
	if name, after := "the program that was given", s.String(); after != before {
		t.Errorf("seed %d: the passes have changed %s", seed, name)
	}
	return rewrites
}
