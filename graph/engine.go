package graph

import "github.com/seed-222a112c/lstm/graph/internal/fuse"

// A Report says what the fused engine made of a graph.
type Report = fuse.Report

// Passes lists the passes of the fused engine by name, in their order.
func Passes() []string { return fuse.Passes() }

// An Engine says how a compiled graph is run.
type Engine string

// The engines. Both run the same differentiated graph and give the same values, within
// rounding.
const (
	Fused     Engine = "fused"     // rewritten into few fused operations; the default
	Reference Engine = "reference" // as it stands, on a plain TapeMachine: the oracle
)
