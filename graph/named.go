package graph

import "github.com/pkg/errors"

// This file lets a caller see, and change, quantities inside equations that others wrote:
// the gates and the state of a cell.

// A renaming changes the name of a quantity on its way to the watchers, or the quantity.
type renaming func(name string, n *Node) (string, *Node)

// Named names a quantity of the equations, such as "f" for a forget gate, and returns the
// node to go on with: n itself, unless a function that was given to Watch returns another.
// Equations name a quantity where they compute it, before anything reads it, so that all of
// them read the node that is watched.
func (b *Builder) Named(name string, n *Node) *Node {
	if !b.Watched() {
		return n
	}
	for k := len(b.renamings) - 1; k >= 0; k-- {
		name, n = b.renamings[k](name, n)
	}
	for _, watch := range b.watchers {
		if b.err != nil {
			return nil
		}
		n = watch(name, n)
	}
	return n
}

// Watch makes f see every quantity that is named from now on. The equations go on with the
// node that f returns: the one it was given, or another of the same shape. Functions are
// called in the order in which they were given.
func (b *Builder) Watch(f func(name string, n *Node) *Node) { b.watchers = append(b.watchers, f) }

// Watched tells whether there is a function that sees what is named.
func (b *Builder) Watched() bool { return len(b.watchers) > 0 }

// Within puts prefix before the names of the quantities that build names.
func (b *Builder) Within(prefix string, build func()) {
	b.Renamed(func(name string, n *Node) (string, *Node) { return prefix + name, n }, build)
}

// Renamed lets f change the names of the quantities that build names, or the nodes
// themselves, before watchers see them. Of several around each other the innermost comes
// first.
func (b *Builder) Renamed(f func(name string, n *Node) (string, *Node), build func()) {
	b.renamings = append(b.renamings, f)
	build()
	b.renamings = b.renamings[:len(b.renamings)-1]
}

// Substitute makes Param return n, of the same shape, for p from now on: a parameter that is
// scaled, masked or shared. The gradient with respect to p flows through n.
func (b *Builder) Substitute(p *Param, n *Node) {
	if shape := b.Shape(n); b.err == nil && (len(shape) != 2 || shape[0] != p.rows || shape[1] != p.cols) {
		b.Fail(errors.Errorf("graph: Substitute of a node of shape %v for parameter %q of shape (%d, %d)", shape, p.name, p.rows, p.cols))
		return
	}
	b.Param(p)
	for _, known := range b.params {
		if known.param == p {
			known.substitute = n
		}
	}
}
