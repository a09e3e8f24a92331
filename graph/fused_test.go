package graph_test

import (
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/graphgen"
)

// Whatever a pass gets wrong; an operation or a rewrite that the random graphs have ceased to
// meet.
func TestFusedEqualsReference(t *testing.T) {
	n, inAll := uint64(1500), uint64(100)
	if testing.Short() {
		n = 300
	}
	table := graphgen.NewTable()
	for seed := range n {
		if f := graphgen.CheckSeed(seed, seed%inAll == 0, table); f != nil {
			t.Errorf("seed %d:\n%v", seed, graphgen.Minimise(f))
		}
	}
	t.Log(table)
	if rare := table.Rare(int(n) / 100); rare != nil {
		t.Errorf("in %d graphs these were met fewer than %d times: %v", n, n/100, rare)
	}
}

func FuzzFused(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		if failure := graphgen.CheckSeed(seed, true, graphgen.NewTable()); failure != nil {
			t.Errorf("seed %d:\n%v", seed, graphgen.Minimise(failure))
		}
	})
}
