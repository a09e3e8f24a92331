package main

import (
	"github.com/seed-222a112c/lstm/graph"
	"github.com/spf13/pflag"
)

// engineFlags say what runs the graphs. No bit depends on the number of workers, so it is no
// part of config.json.
type engineFlags struct {
	Engine  graph.Engine `json:"engine"`
	Workers int          `json:"-"`
}

func newEngineFlags() engineFlags { return engineFlags{Engine: graph.Fused} }

func (c *engineFlags) group() flagGroup {
	g := newFlagGroup("Computing")
	g.Var(oneOf(&c.Engine, graph.Fused, graph.Reference), "engine", "what runs the graphs: rewritten into few fused operations, or as they\nstand by Gorgonia, which is slow and gives the same to rounding")
	g.Var(wholeFrom(1, &c.Workers), "workers", "goroutines that share the work of the fused engine (default as many as\nprocessors)")
	return g
}

// complete refuses workers for an engine that has none.
func (c *engineFlags) complete(flags *pflag.FlagSet) error {
	if flags.Changed("workers") && c.Engine == graph.Reference {
		return usagef("--workers does not apply to --engine %s", c.Engine)
	}
	return nil
}

// graphs returns how graphs are compiled.
func (c *engineFlags) graphs() graph.Settings {
	return graph.Settings{Engine: c.Engine, Workers: c.Workers}
}
