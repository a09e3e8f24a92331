// Package schedule turns a program into the steps of a run: where every value lies, what is
// computed in one step, in which order, how the workers divide it and where they wait for one
// another, and which steps are a loop.
//
// It is a list of phases, [Pipeline], in their order, each of which adds to a plan or changes
// it. Those that can be left out change the speed and nothing else.
package schedule

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// Settings say how a program is to be run.
type Settings struct {
	Workers  int  // goroutines that share the work; if 0, as many as processors, or one if there is little
	BFloat16 bool // parameters are rounded where they are right operands of products
}

// A Phase does its part of a plan.
type Phase[T kernel.Float] struct {
	Name string
	// Run returns how many rewrites it took.
	Run func(*Plan[T]) int
	// Needed says that there is no schedule without it: it cannot be left out.
	Needed bool
}

// Pipeline returns the phases in their order.
func Pipeline[T kernel.Float](s Settings) []Phase[T] {
	return []Phase[T]{
		{Name: "clusters", Run: clusters[T]},                     // elementwise values that are computed in one pass
		{Name: "stages", Run: stages[T], Needed: true},           // when each value is computed
		{Name: "sink", Run: sink[T]},                             // what is cheap is computed where it is used
		{Name: "places", Run: places[T], Needed: true},           // what must lie in one place
		{Name: "homes", Run: homes[T]},                           // parts are computed where they are wanted
		{Name: "steps", Run: steps[T](s.BFloat16), Needed: true}, // what computes each value
		{Name: "pack", Run: pack[T]},                             // a right operand is packed once a run
		{Name: "share", Run: share[T]},                           // steps that share a left operand become one
		{Name: "order", Run: order[T], Needed: true},             // steps by their time
		{Name: "arena", Run: arena[T], Needed: true},             // buffers lie one after the other
		{Name: "memory", Run: reuse[T]},                          // a buffer takes the memory of one that is not used any more
		{Name: "workers", Run: divide[T](s.Workers)},             // workers divide the steps and wait at barriers
		{Name: "period", Run: period[T]},                         // an unrolled loop is found again
	}
}

// Names lists the phases that can be left out.
func Names() []string {
	var names []string
	for _, p := range Pipeline[float32](Settings{}) {
		if !p.Needed {
			names = append(names, p.Name)
		}
	}
	return names
}

// Without returns the pipeline without the phases of these names. It is an error if there is
// no such phase, or if it cannot be left out.
func Without[T kernel.Float](pipeline []Phase[T], names ...string) ([]Phase[T], error) {
	for _, name := range names {
		i := slices.IndexFunc(pipeline, func(p Phase[T]) bool { return p.Name == name && !p.Needed })
		if i < 0 {
			return nil, errors.Errorf("schedule: no phase %q can be left out; those that can are %v", name, Names())
		}
		pipeline = slices.Delete(slices.Clone(pipeline), i, i+1)
	}
	return pipeline, nil
}

// Run returns the schedule of a program and how many rewrites each phase has made, by name.
func Run[T kernel.Float](p *ir.Program, pipeline []Phase[T]) (*exec.Schedule[T], map[string]int) {
	plan := newPlan[T](p)
	rewrites := make(map[string]int, len(pipeline))
	for _, phase := range pipeline {
		rewrites[phase.Name] = phase.Run(plan)
	}
	return plan.schedule(), rewrites
}
