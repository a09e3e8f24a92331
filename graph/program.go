package graph

import (
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Program is a compiled graph: set its inputs, run it, read its outputs and
// gradients. Its inputs and outputs are its own and its parameters the caller's. A
// Program is for one goroutine at a time.
type Program struct {
	machine machine
	report  *Report // of the fused engine
	graph   *gorgonia.ExprGraph
	dtype   Dtype
	inputs  map[string]*input
	unset   bool // some input may have no value yet
	outputs map[string]*tensor.Dense
	grads   []gorgonia.ValueGrad

	wanted []*Node // of the graph as it was differentiated: the gradients and outputs
}

func newProgram(b *Builder) (*Program, error) {
	p := &Program{graph: b.graph, dtype: b.dtype, inputs: b.inputs, unset: b.unset, outputs: map[string]*tensor.Dense{}, wanted: b.wanted()}
	for _, o := range b.outputs {
		p.outputs[o.name] = o.keep.Value()
	}
	if b.loss != nil {
		for _, bound := range b.learnt() {
			p.grads = append(p.grads, &gradient{bound.param, newDense(b.dtype, &bound.param.values, bound.param.rows, bound.param.cols), bound.keep.Value()})
		}
	}
	p.machine = tape{gorgonia.NewTapeMachine(b.graph)}
	return p, nil
}

// newFusedProgram rewrites the graph.
func newFusedProgram(b *Builder, s Settings) (*Program, error) {
	if b.loss != nil && s.BFloat16 {
		return nil, errors.New("graph: bfloat16 weights in a program with an objective; they are for inference")
	}
	p := &Program{graph: b.graph, dtype: b.dtype, inputs: b.inputs, unset: b.unset, outputs: map[string]*tensor.Dense{}, wanted: b.wanted()}
	params := make([]*Node, len(b.params))
	for i, bound := range b.params {
		params[i] = bound.node
	}
	fused, err := fuse(p.wanted, params, s)
	if err != nil {
		return nil, errors.Wrap(err, "graph")
	}
	if b.loss != nil {
		for i, bound := range b.learnt() {
			p.grads = append(p.grads, &gradient{bound.param, newDense(b.dtype, &bound.param.values, bound.param.rows, bound.param.cols), fused.Output(i)})
		}
	}
	for i, o := range b.outputs {
		p.outputs[o.name] = fused.Output(len(p.grads) + i)
	}
	p.machine, p.report = fused, fused.Report()
	return p, nil
}

// A machine runs a graph.
type machine interface {
	Run() error
	Close() error
}

// A tape is a TapeMachine that runs a graph as it stands.
type tape struct{ vm gorgonia.VM }

// Run resets the machine first: it does nothing, without an error, if it is not reset
// between runs.
func (t tape) Run() error {
	t.vm.Reset()
	return t.vm.RunAll()
}

func (t tape) Close() error { return t.vm.Close() }

// Report returns what the fused engine made of the graph, or nil for the reference engine.
func (p *Program) Report() *Report { return p.report }

// Run computes the outputs and gradients from the inputs and the parameters as they are
// now. It is an error if an UnsetInput has no value yet.
func (p *Program) Run() error {
	if err := p.checkInputs(); err != nil {
		return err
	}
	return errors.Wrap(p.machine.Run(), "graph: running")
}

// Freeze says that no parameter changes from now on, or until the next call of Freeze: what
// the fused engine derives from parameters is computed in the next run and then kept. A
// program that generates or serves is frozen; one that evaluates a model in training is
// frozen anew before each evaluation.
func (p *Program) Freeze() {
	if f, ok := p.machine.(*exec.Program); ok {
		f.Freeze()
	}
}

// Thaw takes Freeze back: parameters may change between runs.
func (p *Program) Thaw() {
	if f, ok := p.machine.(*exec.Program); ok {
		f.Thaw()
	}
}

// Close releases the machine. The parameters stay as they are.
func (p *Program) Close() error { return p.machine.Close() }

// Nodes returns the number of nodes of the graph, gradients included.
func (p *Program) Nodes() int { return len(p.graph.AllNodes()) }

// SetFloats copies x, row by row, into the float input called name, rounding it to the
// program's format. It is an error if there is no such input or its size differs.
func (p *Program) SetFloats(name string, x []float64) error {
	in, err := p.input(name, false, len(x))
	if err != nil {
		return err
	}
	in.values.copyFrom(x)
	in.unset = ""
	return nil
}

// SetInts copies x into the index input called name. It is an error if there is no such
// input or its size differs.
func (p *Program) SetInts(name string, x []int) error {
	in, err := p.input(name, true, len(x))
	if err != nil {
		return err
	}
	copy(in.ints, x)
	return nil
}

func (p *Program) input(name string, index bool, n int) (*input, error) {
	in := p.inputs[name]
	if in == nil {
		return nil, errors.Errorf("graph: no input %q; the inputs are %s", name, names(p.inputs))
	}
	if index != (in.ints != nil) {
		return nil, errors.Errorf("graph: input %q holds %v", name, in.node.Dtype())
	}
	if want := in.values.len() + len(in.ints); n != want {
		return nil, errors.Errorf("graph: %d values for input %q of shape %v", n, name, in.node.Shape())
	}
	return in, nil
}

// Feed copies the value of an output to an input of the same size, bit for bit: the
// state that one step hands to the next.
func (p *Program) Feed(output, input string) error {
	out, err := p.output(output)
	if err != nil {
		return err
	}
	in, err := p.input(input, false, out.Shape().TotalSize())
	if err != nil {
		return err
	}
	if p.dtype == Float64 {
		copy(in.values.f64, out.Data().([]float64))
	} else {
		copy(in.values.f32, out.Data().([]float32))
	}
	in.unset = ""
	return nil
}

// Clear sets a float input to zeros.
func (p *Program) Clear(input string) error {
	in := p.inputs[input]
	if in == nil || in.ints != nil {
		return errors.Errorf("graph: no float input %q; the inputs are %s", input, names(p.inputs))
	}
	clear(in.values.f32)
	clear(in.values.f64)
	in.unset = ""
	return nil
}

// InputFloats returns a copy of what a float input holds, row by row. It panics if there
// is no such input.
func (p *Program) InputFloats(name string) []float64 {
	in := p.inputs[name]
	if in == nil || in.ints != nil {
		panic(errors.Errorf("graph: no float input %q; the inputs are %s", name, names(p.inputs)).Error())
	}
	return in.values.floats()
}

// Floats returns a copy of an output of the last run, row by row. It panics if there is
// no such output.
func (p *Program) Floats(output string) []float64 {
	d, err := p.output(output)
	if err != nil {
		panic(err.Error())
	}
	return denseFloats(d)
}

// ReadFloats is Floats into the memory of a slice, if that is long enough.
func (p *Program) ReadFloats(output string, into []float64) []float64 {
	d, err := p.output(output)
	if err != nil {
		panic(err.Error())
	}
	into = into[:0]
	if x, ok := d.Data().([]float64); ok {
		return append(into, x...)
	}
	for _, v := range d.Data().([]float32) {
		into = append(into, float64(v))
	}
	return into
}

// Scalar returns the first element of an output of the last run: the value of a scalar.
// It panics if there is no such output.
func (p *Program) Scalar(output string) float64 {
	d, err := p.output(output)
	if err != nil {
		panic(err.Error())
	}
	if x, ok := d.Data().([]float32); ok {
		return float64(x[0])
	}
	return d.Data().([]float64)[0]
}

// Outputs lists the names of the outputs in order.
func (p *Program) Outputs() []string { return slices.Sorted(maps.Keys(p.outputs)) }

// Argmax returns, for each row of an output of the last run, the column of its largest
// element, the first of equals, in into if that is long enough. NaN counts as less than
// every number; in a row of NaNs the column is 0. It panics if there is no
// such output.
func (p *Program) Argmax(output string, into []int) []int {
	d, err := p.output(output)
	if err != nil {
		panic(err.Error())
	}
	rows, cols := d.Shape()[0], d.Shape()[1]
	into = slices.Grow(into[:0], rows)[:rows]
	if x, ok := d.Data().([]float64); ok {
		kernel.ArgmaxRows(into, kernel.Matrix[float64]{Data: x, Rows: rows, Cols: cols})
	} else {
		kernel.ArgmaxRows(into, kernel.Matrix[float32]{Data: d.Data().([]float32), Rows: rows, Cols: cols})
	}
	return into
}

func (p *Program) output(name string) (*tensor.Dense, error) {
	d := p.outputs[name]
	if d == nil {
		return nil, errors.Errorf("graph: no output %q; the outputs are %s", name, names(p.outputs))
	}
	return d, nil
}

// ValueGrads returns the parameters with their gradients, for a solver, in the order in
// which the build function used them first. The gradients are those of the last run; a
// solver may change them.
func (p *Program) ValueGrads() []gorgonia.ValueGrad { return p.grads }

// Params returns the parameters that have gradients, in the order of ValueGrads.
func (p *Program) Params() []*Param {
	params := make([]*Param, len(p.grads))
	for i, g := range p.grads {
		params[i] = g.(*gradient).param
	}
	return params
}

// Grad returns a copy of the gradient of the objective with respect to a parameter, row
// by row, or nil if the program has none.
func (p *Program) Grad(param *Param) []float64 {
	for _, g := range p.grads {
		if g := g.(*gradient); g.param == param {
			return denseFloats(g.grad)
		}
	}
	return nil
}

// A gradient is a parameter and its gradient as solvers want them.
type gradient struct {
	param *Param
	value *tensor.Dense // a header over the parameter's memory
	grad  *tensor.Dense
}

var _ gorgonia.ValueGrad = (*gradient)(nil)

// Name returns the parameter's name, for a solver's messages.
func (g *gradient) Name() string { return g.param.name }

func (g *gradient) Value() gorgonia.Value         { return g.value }
func (g *gradient) Grad() (gorgonia.Value, error) { return g.grad, nil }

func denseFloats(d *tensor.Dense) []float64 {
	if x, ok := d.Data().([]float64); ok {
		return slices.Clone(x)
	}
	x := d.Data().([]float32)
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// names lists the keys of m in order.
func names[V any](m map[string]V) string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
