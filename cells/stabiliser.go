package cells

import "github.com/seed-222a112c/lstm/graph"

// stabilised turns the logarithms of an input gate and a forget gate into the gates
// themselves, scaled so that neither overflows. The memory that they write is held as
// c·exp(−m), with the stabiliser
//
//	m′ = max(log f + m, log i)
//	i = exp(log i − m′)
//	f = exp(log f + m − m′)
//
// (Beck et al. 2024).
func stabilised(b *graph.Builder, logI, logF, m *graph.Node) (i, f, next *graph.Node) {
	kept := b.Add(logF, m)
	next = b.Max(kept, logI)
	return b.Exp(b.Sub(logI, next)), b.Exp(b.Sub(kept, next)), next
}
