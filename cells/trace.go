package cells

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// A Trace records the gates and the memories of a cell at every step while its graph is built,
// and makes outputs of them, so that one run gives them all: i, f, g, o, c and h of an LSTM,
// 0/i, 0/f, … of the first layer of a Stack. Each is the node that the equations use, so that
// the gradient with respect to it, as graph.Builder.Gradient gives it in a Watch, is whole; nothing
// is computed twice.
type Trace struct {
	builder *graph.Builder
	names   []string // in the order of their first step
	steps   map[string][]*graph.Node
}

// NewTrace returns a Trace of all that is named in the graph from now on.
func NewTrace(b *graph.Builder) *Trace {
	t := &Trace{builder: b, steps: map[string][]*graph.Node{}}
	b.Watch(func(name string, n *graph.Node) *graph.Node {
		if t.steps[name] == nil {
			t.names = append(t.names, name)
		}
		t.steps[name] = append(t.steps[name], n)
		return n
	})
	return t
}

// Names returns the names of what was recorded, in the order of the equations.
func (t *Trace) Names() []string { return slices.Clone(t.names) }

// Steps returns the nodes of one name, of shape (B, H), in the order in which they were
// computed: the last time step comes first where a layer reads backwards. In a row that has
// ended, memories keep their values, and gates hold numbers without meaning.
func (t *Trace) Steps(name string) []*graph.Node { return slices.Clone(t.steps[name]) }

// Outputs makes an output, called prefix and the name, of each name that was recorded: its
// steps on top of one another, of shape (T·B, H).
func (t *Trace) Outputs(prefix string) {
	for _, name := range t.names {
		t.builder.Output(prefix+name, t.builder.Stack(t.steps[name]))
	}
}
