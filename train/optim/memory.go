package optim

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed-222a112c/lstm/graph/update"
)

// A memory holds what a solver keeps of the parameters of a model: for each, by its
// position, up to two arrays of as many elements, of the parameter's dtype. It applies
// the solver's formula to all parameters, a block at a time.
type memory struct {
	solver     string   // whose memory it is, for messages
	names      []string // of the arrays, such as m and v
	workers    int      // goroutines that share the work; as many as processors if 0
	parameters []parameter

	formula formula
	run     func(from, to int) // applies formula to a range of the elements of all parameters
}

// A formula is the arithmetic of a solver on a block of elements. Elements do not
// depend on each other, so blocks may be of any size and at work at the same time.
type formula interface {
	apply32(block[float32])
	apply64(block[float64])
}

// A block is a range of the elements of a parameter: the weights w, the gradient g, and
// what the solver keeps of them, as many in each.
type block[F Float] struct {
	w, g []F
	kept [2][]F
}

func newMemory(solver string, workers int, names ...string) memory {
	return memory{solver: solver, names: names, workers: workers}
}

// bind points each parameter to its weights and its gradient. It fails, before it has
// changed anything, if they cannot be updated element by element or are not those that
// the memory is of.
func (m *memory) bind(model []gorgonia.ValueGrad) error {
	parameters := m.parameters
	first := parameters == nil
	if first {
		parameters = make([]parameter, len(model))
	}
	if len(model) != len(parameters) {
		return errors.Errorf("optim: %s has the state of %d parameters, the model has %d", m.solver, len(parameters), len(model))
	}
	for i, p := range model {
		w, g, err := operands(i, p)
		if err != nil {
			return err
		}
		if first {
			parameters[i] = newParameter(w, len(m.names))
		}
		if !parameters[i].bind(w, g) {
			return errors.Errorf("optim: %s is now %v of shape %v, %s has its state as %s; expected the same parameters in the same order",
				describe(i, p), w.Dtype(), w.Shape(), m.solver, parameters[i])
		}
	}
	m.parameters = parameters
	return nil
}

// apply applies f to all elements of all parameters.
func (m *memory) apply(f formula) {
	if m.run == nil {
		m.run = m.applyRange // made once, so that a step need not allocate it
	}
	n := 0
	for _, p := range m.parameters {
		n += p.size()
	}
	m.formula = f
	update.Split(n, m.workers, m.run)
}

// applyRange applies the formula to a range of the elements, which are numbered through
// all parameters.
func (m *memory) applyRange(from, to int) {
	start := 0
	for _, p := range m.parameters {
		end := start + p.size()
		if start < to && from < end {
			p.apply(m.formula, max(from, start)-start, min(to, end)-start)
		}
		start = end
	}
}

// save adds copies of the arrays to a state.
func (m *memory) save(s State) {
	for i, p := range m.parameters {
		for k, name := range m.names {
			s.Tensors[tensorName(name, i)] = p.array(k)
		}
	}
}

// load returns parameters with copies of the arrays of a state, which may hold no
// others, or nil if it holds none.
func (m *memory) load(s State) ([]parameter, error) {
	var parameters []parameter
	found := 0
	for i := 0; len(m.names) > 0 && s.Tensors[tensorName(m.names[0], i)] != nil; i++ {
		var arrays []any
		for _, name := range m.names {
			arrays = append(arrays, s.Tensors[tensorName(name, i)])
		}
		p, err := parameterOf(arrays)
		if err != nil {
			return nil, errors.WithMessagef(err, "optim: the state of %s for parameter %d, %v", s.Kind, i, m.names)
		}
		parameters = append(parameters, p)
		found += len(arrays)
	}
	if found != len(s.Tensors) {
		return nil, errors.Errorf("optim: the state of %s has %d arrays, expected %v of every parameter, from 0 on, and no others; %d are of use",
			s.Kind, len(s.Tensors), m.names, found)
	}
	return parameters, nil
}

func tensorName(name string, i int) string { return fmt.Sprintf("%s/%d", name, i) }

// A parameter is what a memory holds of one parameter, whatever its dtype.
type parameter interface {
	// bind sets the memory of the weights and of the gradient, and reports
	// whether they are of the dtype and size of the parameter.
	bind(w, g *tensor.Dense) bool
	apply(f formula, from, to int)
	array(k int) any                  // a copy
	sumOfSquares(workers int) float64 // of the gradient
	size() int
	String() string
}

func newParameter(w *tensor.Dense, arrays int) parameter {
	if w.Dtype() == tensor.Float32 {
		return zeroParameter[float32](len(w.Float32s()), arrays)
	}
	return zeroParameter[float64](len(w.Float64s()), arrays)
}

func zeroParameter[F Float](n, arrays int) parameter {
	p := &floatParameter[F]{n: n}
	for k := range arrays {
		p.kept[k] = update.Zeros[F](n)
	}
	return p
}

// parameterOf returns a parameter that keeps copies of the arrays.
func parameterOf(arrays []any) (parameter, error) {
	if _, ok := arrays[0].([]float32); ok {
		return floatParameterOf[float32](arrays)
	}
	return floatParameterOf[float64](arrays)
}

func floatParameterOf[F Float](arrays []any) (parameter, error) {
	p := &floatParameter[F]{}
	for k, array := range arrays {
		x, ok := array.([]F)
		if !ok || k > 0 && len(x) != p.n {
			return nil, errors.Errorf("array %d is a %T, expected []float32 or []float64, and all of one type and length", k, array)
		}
		p.n, p.kept[k] = len(x), slices.Clone(x)
	}
	return p, nil
}

type floatParameter[F Float] struct {
	n    int    // how many elements each slice has
	w, g []F    // the weights and the gradient, borrowed from the model
	kept [2][]F // what the solver keeps
}

func (p *floatParameter[F]) bind(w, g *tensor.Dense) bool {
	if _, is32 := any(p).(*floatParameter[float32]); is32 != (w.Dtype() == tensor.Float32) {
		return false
	}
	p.w, p.g = floats[F](w), floats[F](g)
	return len(p.w) == p.n
}

func (p *floatParameter[F]) apply(f formula, from, to int) {
	for ; from < to; from += update.Block {
		end := min(from+update.Block, to)
		b := block[F]{w: p.w[from:end], g: p.g[from:end]}
		for k, x := range p.kept {
			if x != nil {
				b.kept[k] = x[from:end]
			}
		}
		switch b := any(&b).(type) {
		case *block[float32]:
			f.apply32(*b)
		case *block[float64]:
			f.apply64(*b)
		}
	}
}

func (p *floatParameter[F]) array(k int) any { return slices.Clone(p.kept[k]) }

func (p *floatParameter[F]) sumOfSquares(workers int) float64 {
	return update.SumOfSquares(p.g, workers)
}

func (p *floatParameter[F]) size() int { return p.n }

func (p *floatParameter[F]) String() string { return fmt.Sprintf("%T of %d elements", F(0), p.n) }
