package cells

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// stabilised turns the logarithms of an input gate and a forget gate into the gates
// themselves, scaled so that neither overflows. The memory that they write is held as
// c·exp(−m), with the stabiliser
//
//	m′ = max(log f + m, log i)
//	i = exp(log i − m′)
//	f = exp(log f + m − m′)
//
// (Beck et al. 2024). They are named by the function that is given.
func stabilised(named func(string, *graph.Node) *graph.Node, b *graph.Builder, logI, logF, m *graph.Node) (i, f, next *graph.Node) {
	kept := b.Add(logF, m)
	next = named("m", b.Max(kept, logI))
	i = named("i", b.Exp(b.Sub(logI, next)))
	f = named("f", b.Exp(b.Sub(kept, next)))
	return i, f, next
}

// checkStabilised returns the error of zoneout for a memory that is held in the scale exp(m).
func checkStabilised(memory string) error {
	if memory == "h" {
		return nil
	}
	return errors.New("it is held in a scale, exp(m), that changes from step to step: what is kept of c or C, n and m would be of different scales")
}
