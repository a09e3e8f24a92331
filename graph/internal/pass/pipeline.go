// Package pass rewrites programs into equal ones that take less to run.
//
// A pass is a function from a program to another, in a file of its own, and [Pipeline] is the
// list of all of them in their order. Passes know of one another only what the list says. One
// that is left out changes the speed and nothing else, but for those that are needed.
package pass

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// A Pass makes a program of another that computes the same.
type Pass struct {
	Name string
	// Run returns the new program and how many rewrites it took.
	Run func(*ir.Program) (*ir.Program, int)
	// Needed says that what comes after relies on it: it cannot be left out.
	Needed bool
}

// Settings say what passes should have in mind.
type Settings struct {
	Inference bool // a program runs many times between changes of the parameters
}

// Pipeline returns the passes in their order.
func Pipeline(s Settings) []Pass {
	return []Pass{
		{Name: "fold", Run: Fold},                  // equal values become one, constants and views are simplified
		{Name: "sums", Run: Sums},                  // chains of additions become sums
		{Name: "gradients", Run: Gradients},        // sums of outer products over time become one
		{Name: "pieces", Run: Pieces},              // padded pieces that are added up are put together
		{Name: "tables", Run: Tables(s.Inference)}, // rows of a table times weights are rows of a product
		{Name: "hoist", Run: Hoist},                // products of all time steps become one
		{Name: "lift", Run: Lift},                  // and what is computed of them row by row
		{Name: "restack", Run: Restack},            // stacks that are rows of one matrix now
		{Name: "scatters", Run: Scatters},          // what Tables does, for gradients
		{Name: "lower", Run: Lower, Needed: true},  // sums get the form in which they are computed
		{Name: "contract", Run: Contract},          // a few operations become one
	}
}

// Names lists the passes that can be left out.
func Names() []string {
	var names []string
	for _, p := range Pipeline(Settings{}) {
		if !p.Needed {
			names = append(names, p.Name)
		}
	}
	return names
}

// Without returns the pipeline without the passes of these names. It is an error if there is
// no such pass, or if it cannot be left out.
func Without(pipeline []Pass, names ...string) ([]Pass, error) {
	for _, name := range names {
		i := slices.IndexFunc(pipeline, func(p Pass) bool { return p.Name == name && !p.Needed })
		if i < 0 {
			return nil, errors.Errorf("pass: no pass %q can be left out; those that can are %v", name, Names())
		}
		pipeline = slices.Delete(slices.Clone(pipeline), i, i+1)
	}
	return pipeline, nil
}

// Run runs the passes one after the other and returns how many rewrites each has made, by
// name. After each it calls check, unless that is nil.
func Run(p *ir.Program, pipeline []Pass, check func(name string, p *ir.Program)) (*ir.Program, map[string]int) {
	rewrites := make(map[string]int, len(pipeline))
	for _, pass := range pipeline {
		p, rewrites[pass.Name] = pass.Run(p)
		if check != nil {
			check(pass.Name, p)
		}
	}
	return p, rewrites
}
