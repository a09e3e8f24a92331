package graph

import (
	"fmt"
	"hash/fnv"
	"io"
	"sync"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
)

// Settings say how a graph is compiled. The zero value works.
type Settings struct {
	Dtype   Dtype    // format of the arithmetic; Float32 by default
	Engine  Engine   // Fused if empty
	Workers int      // goroutines of the fused engine; if 0, as many as processors, or one if there is little to do
	Without []string // passes of the fused engine to leave out, by name; for measurements

	// Inference says that the program runs many times between changes of the parameters, so that
	// the fused engine may compute more in the run after Freeze to compute less in the runs
	// after that: the products of an embedding.
	Inference bool

	// BFloat16 rounds parameters to bfloat16, 8 bits of precision, where they are right
	// operands of products. It is for inference with few rows, which waits for memory. Only
	// the fused engine in float32 has it, and only without an objective.
	BFloat16 bool
}

// building guards the construction of graphs: Gorgonia caches hashes of constants that
// all graphs share, so two graphs must not be built at once.
var building sync.Mutex

// Compile builds a graph, differentiates its objective, if it has one, with respect to
// every parameter it uses, and returns the program that runs it on a TapeMachine.
//
// Gorgonia tells nodes apart by 32-bit hashes, so that once in a while it takes one node
// for another. Where that may have happened Compile calls build again, under another salt of
// the hashes. So build must add the same nodes at every call.
func Compile(build func(*Builder), s Settings) (*Program, error) {
	building.Lock()
	defer building.Unlock()
	switch s.Engine {
	case "", Fused:
		b, err := buildDistinct(build, s.Dtype, func(*Builder) bool { return true })
		if err != nil {
			return nil, err
		}
		return newFusedProgram(b, s)
	case Reference:
		b, err := buildDistinct(build, s.Dtype, keepDistinct)
		if err != nil {
			return nil, err
		}
		return newProgram(b)
	}
	return nil, errors.Errorf("graph: no engine %q; the engines are %s and %s", s.Engine, Fused, Reference)
}

// maxSalts bounds the search. A graph of 50,000 nodes holds a collision one time in
// three, so that all of 16 do is less likely than one in ten million.
const maxSalts = 16

// buildDistinct returns a builder whose graph is as build describes it: the first in which no node
// was taken for another, or one that agrees with another under a different salt. Whether a
// differentiated graph can be run as it stands depends on the engine.
func buildDistinct(build func(*Builder), d Dtype, sound func(*Builder) bool) (*Builder, error) {
	seen := map[uint64]bool{}
	for salt := range maxSalts {
		b := newBuilder(d, salt)
		build(b)
		b.finish()
		ok := sound(b)
		if b.err != nil {
			return nil, b.err
		}
		if ok && !b.doubtful {
			return b, nil
		}
		print := structureOf(b)
		if ok && seen[print] {
			return b, nil
		}
		seen[print] = true
	}
	return nil, errors.Errorf("graph: no two of %d builds of the graph agree: the build function adds other nodes at each call, or the graph is too large for Gorgonia's 32-bit hashes", maxSalts)
}

// structureOf returns a hash of the graph's structure that does not depend on the salt.
//
// A node that was merged with another while the graph was built is not in the graph,
// but its absence shows in the structure, and the same two nodes do not collide under
// another salt.
func structureOf(b *Builder) uint64 {
	structure := fnv.New64a()
	for _, n := range b.graph.AllNodes() {
		if n.IsVar() {
			fmt.Fprint(structure, n.Shape())
		} else {
			io.WriteString(structure, n.Name()) // the operation and the numbers of its operands
		}
	}
	return structure.Sum64()
}

// keepDistinct keeps the values that are wanted from what a TapeMachine does to them, and
// tells whether every node's own hash, on which TapeMachine tells them apart, is unique.
func keepDistinct(b *Builder) bool {
	b.keepWanted()
	nodes := b.graph.AllNodes()
	hashes := make(map[uint32]bool, len(nodes))
	for _, n := range nodes {
		hashes[n.Hashcode()] = true
	}
	return len(hashes) == len(nodes)
}

// finish differentiates the objective.
func (b *Builder) finish() {
	b.noteOthers()
	if b.err == nil && len(b.outputs) == 0 {
		b.err = errors.New("graph: the graph has neither an output nor an objective")
	}
	if b.loss != nil {
		b.differentiate()
	} else if len(b.probes) > 0 {
		b.Fail(errors.Errorf("graph: Gradient %q without an objective", b.probes[0].name))
	}
}

// keepWanted adds nodes that keep the values that are wanted from what a TapeMachine does
// to them. It comes after differentiating: Gorgonia does not differentiate a graph that
// holds nodes without a gradient.
func (b *Builder) keepWanted() {
	for _, p := range b.params {
		if p.grad != nil {
			p.keep = b.keep("gradient of "+p.param.name, p.grad)
		}
	}
	for _, o := range b.outputs {
		o.keep = b.keep("output "+o.name, o.node)
	}
}

func (b *Builder) keep(name string, n *Node) (keep *ops.Keep) {
	b.add(name, []*Node{n}, func(key string) (kept *Node, err error) {
		kept, keep, err = ops.NewKeep(key, n)
		return kept, err
	})
	return keep
}
