package graph

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Node is a node of a Gorgonia expression graph.
type Node = gorgonia.Node

// A Builder adds nodes to an expression graph. Its methods return the new node; the
// first failure sticks: from then on they return nil, and Err, which Compile reports,
// names the operation and the shapes of its operands.
type Builder struct {
	graph  *gorgonia.ExprGraph
	index  *index
	dtype  Dtype
	salt   int // begins every name, so that another salt gives other hashes
	serial int // numbers the operations
	err    error

	asked    int  // nodes of the graph that methods of the Builder have asked for
	doubtful bool // Gorgonia may have taken a node for another, see merges.go

	inputs  map[string]*input
	unset   bool // some input may have no value yet
	params  []*binding
	frozen  []*Param // by Frozen
	outputs []*output
	probes  []*probe
	loss    *Node

	watchers  []func(name string, n *Node) *Node // see the quantities that are named
	renamings []renaming                         // of their names, the innermost last
}

// An input is memory that the caller fills before a run.
type input struct {
	node   *Node
	values values // of a float input
	ints   []int  // of an index input
	unset  string // what to do so that it has a value, or empty if it has one
}

// A binding is a parameter's node in this graph.
type binding struct {
	param      *Param
	node       *Node
	substitute *Node     // what equations read in its place, if not nil
	grad       *Node     // of the objective; nil without one
	keep       *ops.Keep // of the gradient, in a graph that a TapeMachine runs as it stands
}

// An output is a named value that survives a run.
type output struct {
	name string
	node *Node
	keep *ops.Keep // in a graph that a TapeMachine runs as it stands
}

// A probe asks for the gradient of the objective with respect to an inner node.
type probe struct {
	name string
	node *Node
}

func newBuilder(d Dtype, salt int) *Builder {
	g := gorgonia.NewGraph()
	return &Builder{graph: g, index: indexOf(g), dtype: d, salt: salt, inputs: map[string]*input{}}
}

// Err returns the first failure, or nil.
func (b *Builder) Err() error { return b.err }

// Fail makes err stick unless an earlier failure did. Functions that extend a
// Builder report their own mistakes with it.
func (b *Builder) Fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// Dtype returns the format of the graph's arithmetic.
func (b *Builder) Dtype() Dtype { return b.dtype }

// ExprGraph returns the graph, to which a caller may add Gorgonia nodes of its own. It makes
// Compile build the graph twice.
func (b *Builder) ExprGraph() *gorgonia.ExprGraph {
	b.doubtful = true
	return b.graph
}

// Shape returns a node's shape: rows and columns of a matrix, the length of an index
// vector, nothing for a scalar or after a failure.
func (b *Builder) Shape(n *Node) []int {
	if n == nil {
		return nil
	}
	return n.Shape().Clone()
}

// Apply adds any Gorgonia operation. The operation's hash must hold all that changes
// its result, and its Do must not panic. It makes Compile build the graph twice.
func (b *Builder) Apply(op gorgonia.Op, operands ...*Node) *Node {
	b.doubtful = true // how it differentiates itself is not known
	return b.add(op.String(), operands, func(string) (*Node, error) { return gorgonia.ApplyOp(op, operands...) })
}

// nodesPerOperation is more than any operation of a Builder adds to the graph at once.
const nodesPerOperation = 16

// add runs construct, which gets a key unique in the graph, and turns its error or
// panic into the sticky one.
func (b *Builder) add(name string, operands []*Node, construct func(key string) (*Node, error)) (n *Node) {
	if b.err != nil {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			b.err, n = errors.Errorf("graph: %s: %v", describe(name, operands), r), nil
		}
	}()
	for i, o := range operands {
		if o == nil {
			b.err = errors.Errorf("graph: %s: operand %d is nil", name, i+1)
			return nil
		}
	}
	b.serial++
	b.index.reserve(len(b.graph.AllNodes()) + nodesPerOperation)
	n, err := b.ask(func() (*Node, error) { return construct(strconv.Itoa(b.salt) + "~" + strconv.Itoa(b.serial)) })
	if err != nil {
		b.err = errors.Wrapf(err, "graph: %s", describe(name, operands))
		return nil
	}
	return n
}

// describe writes an operation as "MatMul of (1, 4) and (3, 2)".
func describe(name string, operands []*Node) string {
	shapes := make([]string, len(operands))
	for i, o := range operands {
		shapes[i] = fmt.Sprint(o.Shape())
	}
	if len(shapes) > 4 {
		shapes = append(shapes[:3:3], fmt.Sprintf("%d more", len(shapes)-3))
	}
	return name + " of " + strings.Join(shapes, " and ")
}

// Input declares a matrix of shape (rows, cols) that the caller sets before a run. It
// holds zeros until then. Its name is unique among inputs.
func (b *Builder) Input(name string, rows, cols int) *Node {
	return b.input(name, []int{rows, cols}, func(in *input) (tensor.Dtype, gorgonia.Value) {
		in.values = newValues(b.dtype, rows*cols)
		return b.dtype.tensor(), newDense(b.dtype, &in.values, rows, cols)
	})
}

// InputWith is Input that holds x until it is set.
func (b *Builder) InputWith(name string, rows, cols int, x float64) *Node {
	n := b.Input(name, rows, cols)
	if n != nil {
		in := b.inputs[name]
		for i := range in.values.len() {
			in.values.set(i, x)
		}
	}
	return n
}

// Indices declares a vector of n ints that the caller sets before a run: class
// numbers, or row numbers for Rows. It holds zeros until then.
func (b *Builder) Indices(name string, n int) *Node {
	return b.input(name, []int{n}, func(in *input) (tensor.Dtype, gorgonia.Value) {
		in.ints = make([]int, n)
		return tensor.Int, tensor.New(tensor.WithShape(n), tensor.WithBacking(in.ints))
	})
}

func (b *Builder) input(name string, shape []int, allocate func(*input) (tensor.Dtype, gorgonia.Value)) *Node {
	if b.inputs[name] != nil {
		b.Fail(errors.Errorf("graph: a second input named %q", name))
		return nil
	}
	for _, n := range shape {
		if n <= 0 {
			b.Fail(errors.Errorf("graph: input %q of shape %v", name, shape))
			return nil
		}
	}
	return b.add("input "+name, nil, func(string) (*Node, error) {
		in := &input{}
		dtype, value := allocate(in)
		in.node = b.leaf("input "+name, dtype, shape, value)
		b.inputs[name] = in
		return in.node, nil
	})
}

// leaf adds a node without operands. The name is part of the hash, and the salt begins
// it: two names whose hashes are equal stay so with an equal end.
func (b *Builder) leaf(name string, dtype tensor.Dtype, shape []int, value gorgonia.Value) *Node {
	return gorgonia.NewTensor(b.graph, dtype, len(shape), gorgonia.WithShape(shape...),
		gorgonia.WithName(fmt.Sprintf("%d~%s", b.salt, name)), gorgonia.WithValue(value))
}

// Constant returns a matrix of shape (rows, cols) all of whose elements are x.
func (b *Builder) Constant(x float64, rows, cols int) *Node {
	return b.add("constant", nil, func(key string) (*Node, error) {
		v := newValues(b.dtype, rows*cols)
		for i := range rows * cols {
			v.set(i, x)
		}
		return b.leaf("constant "+key, b.dtype.tensor(), []int{rows, cols}, newDense(b.dtype, &v, rows, cols)), nil
	})
}

// Ones returns a column of n ones: row weights that count every row alike.
func (b *Builder) Ones(n int) *Node { return b.Constant(1, n, 1) }

// Param returns the node of a parameter, the same one at every call, or what Substitute put
// in its place. The parameter's format must be the graph's.
func (b *Builder) Param(p *Param) *Node {
	for _, known := range b.params {
		if known.param == p {
			if known.substitute != nil {
				return known.substitute
			}
			return known.node
		}
		if known.param.name == p.name {
			b.Fail(errors.Errorf("graph: two parameters named %q", p.name))
			return nil
		}
	}
	if p.dtype != b.dtype {
		b.Fail(errors.Errorf("graph: parameter %q is of %v and the graph of %v; use graph.Convert", p.name, p.dtype, b.dtype))
		return nil
	}
	return b.add("parameter "+p.name, nil, func(string) (*Node, error) {
		n := b.leaf("parameter "+p.name, b.dtype.tensor(), []int{p.rows, p.cols}, newDense(b.dtype, &p.values, p.rows, p.cols))
		b.params = append(b.params, &binding{param: p, node: n})
		return n, nil
	})
}

// Frozen says that the objective is not differentiated with respect to these parameters: the
// program has no gradient of them, and computes none that no other parameter needs. It is called
// before the first use of one.
func (b *Builder) Frozen(params ...*Param) {
	for _, p := range params {
		if slices.ContainsFunc(b.params, func(known *binding) bool { return known.param == p }) {
			b.Fail(errors.Errorf("graph: Frozen of parameter %q after it was used; call it first", p.name))
		}
	}
	b.frozen = append(b.frozen, params...)
}

// learnt returns the parameters that have gradients, in the order of their first use.
func (b *Builder) learnt() []*binding {
	if len(b.frozen) == 0 {
		return b.params
	}
	var learnt []*binding
	for _, p := range b.params {
		if !slices.Contains(b.frozen, p.param) {
			learnt = append(learnt, p)
		}
	}
	return learnt
}

// Output makes a node's value readable after a run under a name that is unique among
// outputs.
func (b *Builder) Output(name string, n *Node) {
	for _, o := range b.outputs {
		if o.name == name {
			b.Fail(errors.Errorf("graph: a second output named %q", name))
			return
		}
	}
	if b.err == nil && n == nil {
		b.err = errors.Errorf("graph: Output %q of a nil node", name)
	}
	b.outputs = append(b.outputs, &output{name: name, node: n})
}

// Minimize makes a scalar node the objective: the program will compute its gradient
// with respect to every parameter, and give its value as the output "loss".
func (b *Builder) Minimize(loss *Node) {
	switch {
	case b.err != nil:
	case loss == nil:
		b.Fail(errors.New("graph: Minimize: the loss is nil"))
	case b.loss != nil:
		b.Fail(errors.New("graph: Minimize: the graph has an objective already"))
	case !loss.IsScalar():
		b.Fail(errors.Errorf("graph: Minimize: the loss has shape %v, want a scalar", loss.Shape()))
	default:
		b.loss = loss
		b.Output("loss", loss)
	}
}

// Gradient returns n unchanged and makes the gradient of the objective with respect to
// it readable as the output called name. Nodes through which that gradient is to flow must use
// the node that is returned.
func (b *Builder) Gradient(name string, n *Node) *Node {
	shape := b.Shape(n)
	if len(shape) != 2 {
		b.Fail(errors.Errorf("graph: Gradient %q of a node of shape %v, want a matrix", name, shape))
		return nil
	}
	zero := b.Constant(0, shape[0], shape[1]) // Gorgonia differentiates with respect to leaves only
	b.probes = append(b.probes, &probe{name, zero})
	return b.Add(n, zero)
}
