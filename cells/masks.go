package cells

import (
	"fmt"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// Masks are the random masks of one program for training: inputs of its graph that Draw
// fills before a run; a run before the first Draw is an error. What needs a mask asks for it
// while the graph is built. A nil *Masks is that of a graph for evaluation, in which nothing is
// dropped.
//
// The numbers of a mask depend on the rng that is passed to Draw and on nothing else.
type Masks struct {
	Name string // tells the masks of a graph that has several Masks apart

	builder *graph.Builder // of the graph that the masks are in
	list    []mask
	locked  map[string]*graph.Node
	buffer  []float64
}

// A mask is an input each of whose elements is 0 or another value.
type mask struct {
	input string
	size  int
	zero  float64 // the probability of 0
	value float64 // the other value
}

// Draw fills the masks of the program, whose graph asked m for them.
func (m *Masks) Draw(p *graph.Program, rng *rand.Rand) error {
	return m.draw(p, m.list, rng)
}

func (m *Masks) draw(p *graph.Program, masks []mask, rng *rand.Rand) error {
	for _, k := range masks {
		m.buffer = m.buffer[:0]
		for range k.size {
			x := k.value
			if rng.Float64() < k.zero {
				x = 0
			}
			m.buffer = append(m.buffer, x)
		}
		if err := p.SetFloats(k.input, m.buffer); err != nil {
			return err
		}
	}
	return nil
}

// DrawSteps is Draw for masks of which each step of a sequence has asked for equally many, one
// step after the other, as the cells of an Unroll do. Those of each step are drawn from a
// generator of its own, so that they are the same in whatever graph the step is.
func (m *Masks) DrawSteps(p *graph.Program, steps int, rng func(step int) *rand.Rand) error {
	if steps < 1 || len(m.list)%steps != 0 {
		return errors.Errorf("cells: %d masks for %d steps, want equally many for each", len(m.list), steps)
	}
	each := len(m.list) / steps
	for t := range steps {
		if err := m.draw(p, m.list[t*each:(t+1)*each], rng(t)); err != nil {
			return err
		}
	}
	return nil
}

// Dropout sets each element of x to 0 with probability rate and divides the others by
// 1 − rate, which keeps their expectation (Srivastava et al. 2014). Each call draws anew.
func (m *Masks) Dropout(b *graph.Builder, x *graph.Node, rate float64) *graph.Node {
	shape := b.Shape(x)
	if !m.active(b, rate) || len(shape) != 2 {
		return x
	}
	return b.Mul(x, m.keeping(b, shape[0], shape[1], rate))
}

// Locked is Dropout with one mask for all calls of the same key: that of a whole sequence,
// if each step calls it (Gal and Ghahramani 2016). All calls of a key are for one shape and
// rate.
func (m *Masks) Locked(b *graph.Builder, key string, x *graph.Node, rate float64) *graph.Node {
	shape := b.Shape(x)
	if !m.active(b, rate) || len(shape) != 2 {
		return x
	}
	if m.locked[key] == nil {
		m.locked[key] = m.keeping(b, shape[0], shape[1], rate)
	}
	return b.Mul(x, m.locked[key])
}

// Sequence is Dropout of the steps of a sequence with one mask for all of them.
func (m *Masks) Sequence(b *graph.Builder, steps []*graph.Node, rate float64) []*graph.Node {
	shape := b.Shape(steps[0])
	if !m.active(b, rate) || len(shape) != 2 {
		return steps
	}
	keep := m.keeping(b, shape[0], shape[1], rate)
	dropped := make([]*graph.Node, len(steps))
	for t, x := range steps {
		dropped[t] = b.Mul(x, keep)
	}
	return dropped
}

// active reports whether there is something to drop. It begins a new list if b is the
// builder of a graph that m has not seen: Compile builds more than once.
func (m *Masks) active(b *graph.Builder, rate float64) bool {
	if !(rate >= 0 && rate < 1) {
		b.Fail(fmt.Errorf("cells: a dropout rate of %g, want it in [0, 1)", rate))
	}
	if m == nil || rate == 0 || b.Err() != nil {
		return false
	}
	if m.builder != b {
		m.builder, m.list, m.locked = b, nil, map[string]*graph.Node{}
	}
	return true
}

// keeping returns a mask that is 0 with probability rate, else 1/(1 − rate).
func (m *Masks) keeping(b *graph.Builder, rows, cols int, rate float64) *graph.Node {
	return m.add(b, rows, cols, rate, 1/(1-rate))
}

func (m *Masks) add(b *graph.Builder, rows, cols int, zero, value float64) *graph.Node {
	name := fmt.Sprintf("random mask %s%d", m.Name, len(m.list))
	m.list = append(m.list, mask{name, rows * cols, zero, value})
	return b.UnsetInput(name, rows, cols, "call Draw, or DrawSteps, of their cells.Masks before Run")
}
