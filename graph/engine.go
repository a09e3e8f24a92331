package graph

// An Engine says how a compiled graph is run.
type Engine string

// The engines. Both run the same differentiated graph and give the same values, within
// rounding.
const (
	Fused     Engine = "fused"     // rewritten into few fused operations; the default
	Reference Engine = "reference" // as it stands, on a plain TapeMachine: the oracle
)
