package graph

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/importer"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/graph/internal/pass"
	"github.com/seed-222a112c/lstm/graph/internal/schedule"
)

// A Report says what the fused engine made of a graph.
type Report = exec.Report

// Passes lists the passes of the fused engine that can be left out, by name, in their order:
// those that rewrite the program first, then those that schedule its steps.
func Passes() []string { return append(pass.Names(), schedule.Names()...) }

// fuse compiles the graph of the wanted nodes: it is imported, rewritten, scheduled, and made
// a program. It is an error if the graph can only be run as it stands, or if a setting is
// unknown.
func fuse(wanted, params []*Node, s Settings) (*exec.Program, error) {
	rewriting, scheduling, err := without(s.Without)
	if err != nil {
		return nil, err
	}
	g, err := importer.Import(wanted, params)
	if err != nil {
		return nil, err
	}
	passes, err := pass.Without(pass.Pipeline(pass.Settings{Inference: s.Inference}), rewriting...)
	if err != nil {
		return nil, err
	}
	program, rewrites := pass.Run(g.Program, passes, nil)
	how := schedule.Settings{Workers: s.Workers, BFloat16: s.BFloat16}
	var fused *exec.Program
	if g.Float64 {
		if s.BFloat16 {
			return nil, errors.New("bfloat16 weights in a program of float64")
		}
		fused, err = scheduled[float64](program, how, scheduling, rewrites)
	} else {
		fused, err = scheduled[float32](program, how, scheduling, rewrites)
	}
	if err != nil {
		return nil, err
	}
	r := fused.Report()
	r.NodesBefore, r.Products, r.Rewrites = g.Nodes, g.Products, rewrites
	return fused, nil
}

// scheduled schedules a program for one type of numbers, and adds to the rewrites.
func scheduled[T kernel.Float](p *ir.Program, s schedule.Settings, leftOut []string, rewrites map[string]int) (*exec.Program, error) {
	phases, err := schedule.Without(schedule.Pipeline[T](s), leftOut...)
	if err != nil {
		return nil, err
	}
	steps, more := schedule.Run(p, phases)
	for name, n := range more {
		rewrites[name] = n
	}
	return exec.New(steps)
}

// without tells which of the passes that are left out rewrite, and which schedule.
func without(names []string) (rewriting, scheduling []string, err error) {
	for _, name := range names {
		switch {
		case slices.Contains(pass.Names(), name):
			rewriting = append(rewriting, name)
		case slices.Contains(schedule.Names(), name):
			scheduling = append(scheduling, name)
		default:
			return nil, nil, errors.Errorf("no pass %q; the passes are %v", name, Passes())
		}
	}
	return rewriting, scheduling, nil
}
