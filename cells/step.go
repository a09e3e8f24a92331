package cells

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph"
)

// step adds one time step of a cell to the graph. A cell names its memories where it computes
// them; those that it has not named are named here, before anything outside the cell reads
// them. A cell that does not return the memories that it was given is reported by b.Err.
func step(b *graph.Builder, cell Cell, x *graph.Node, prev State) State {
	if !b.Watched() {
		return checked(b, cell, prev, cell.Step(b, x, prev))
	}
	named := map[string]bool{}
	note := func(name string, n *graph.Node) (string, *graph.Node) {
		named[name] = true
		return name, n
	}
	var next State
	b.Renamed(note, func() { next = checked(b, cell, prev, cell.Step(b, x, prev)) })
	return next.Map(func(name string, n *graph.Node) *graph.Node {
		if named[name] {
			return n
		}
		return b.Named(name, n)
	})
}

// checked returns the state after a step if it has the memories of the state before.
func checked(b *graph.Builder, cell Cell, prev, next State) State {
	if b.Err() == nil && !next.like(prev) {
		b.Fail(fmt.Errorf("cells: Step of a %T returned the memories %q, want those that it was given, %q", cell, next.Names(), prev.Names()))
	}
	return next
}

// stepLayer adds a step of layer k of several, under its names.
func stepLayer(b *graph.Builder, k int, cell Cell, x *graph.Node, prev State) (next State) {
	if k >= len(prev.Layers) {
		b.Fail(fmt.Errorf("cells: layer %d, a %T, with a state of %d layers", k, cell, len(prev.Layers)))
		return State{}
	}
	b.Within(layerName("", k), func() { next = step(b, cell, x, prev.Layers[k]) })
	return next
}

// stepRows is step for the rows whose mask, of shape (B, 1), is not zero; the others keep
// their state. What they name is that state too, so that who watches sees it kept; whatever
// a watcher puts in its place, the state is what it was.
func stepRows(b *graph.Builder, cell Cell, x, mask *graph.Node, prev State) (next State) {
	if !b.Watched() {
		return step(b, cell, x, prev).Select(b, mask, prev)
	}
	kept := map[string]*graph.Node{}
	prev.Map(func(name string, n *graph.Node) *graph.Node {
		kept[name] = n
		return n
	})
	keep := func(name string, n *graph.Node) (string, *graph.Node) {
		if was := kept[name]; was != nil {
			n = b.Select(mask, n, was)
		}
		return name, n
	}
	b.Renamed(keep, func() { next = step(b, cell, x, prev) })
	return next.Select(b, mask, prev)
}
