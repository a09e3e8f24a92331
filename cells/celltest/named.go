package celltest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// testNamed puts a number of its own in the place of every quantity that is named in every
// step. Nothing may then read what was there, each memory is named once a step and carried as
// what it was made, and a row that has ended, of a layer that reads forward, keeps what it had.
func testNamed(t *testing.T, newLayer NewLayer, engine graph.Engine, lengths []int) {
	r := newRun(newLayer, inFloat64(engine), 3, 3, 2, 3)
	r.lengths = lengths
	replaced := r.replace(t)
	p := r.compile(t, false)
	r.set(t, p)
	rng := rand.New(rand.NewPCG(6, 6))
	values := map[string][][]float64{}
	for _, name := range cells.Memories(r.layer) {
		for _, input := range replaced[name] {
			x := normals(len(p.InputFloats(input)), rng)
			if err := p.SetFloats(input, x); err != nil {
				t.Fatal(err)
			}
			values[name] = append(values[name], x)
		}
	}
	end := r.run(t, p)
	for _, name := range cells.Memories(r.layer) {
		if n := len(values[name]); n != len(r.x) {
			t.Errorf("%s is named %d times in %d steps, want once in each", name, n, len(r.x))
			continue
		}
		want := r.ends(name, values[name])
		same(t, "with all that is named replaced", map[string][]float64{name: end["end/"+name]}, map[string][]float64{name: want})
	}
}

// replace makes the run put inputs in the place of all that is named, and returns, by name, the
// inputs of each step.
func (r *run) replace(t *testing.T) map[string][]string {
	inputs := map[string][]string{}
	r.watch = func(b *graph.Builder) (done func()) {
		clear(inputs)
		named := map[string]*graph.Node{}
		b.Watch(func(name string, n *graph.Node) *graph.Node {
			shape := b.Shape(n)
			if len(shape) != 2 {
				return n
			}
			input := fmt.Sprintf("%s of step %d", name, len(inputs[name]))
			inputs[name] = append(inputs[name], input)
			named[input] = n
			return b.Input(input, shape[0], shape[1])
		})
		return func() {
			for input, n := range named {
				if b.Err() == nil && b.ExprGraph().To(n.ID()).Len() > 0 {
					t.Errorf("%s is read before it is named, or past its name; name it where it is computed, and read what Named returns", input)
				}
			}
		}
	}
	return inputs
}

// ends returns what a memory is at the end if it is given the values in each step.
func (r *run) ends(name string, steps [][]float64) []float64 {
	width := len(r.state[name]) / r.batch
	var end []float64
	for row := range r.batch {
		last := r.state[name] // of a row of length 0
		switch {
		case r.lengths == nil:
			last = steps[len(steps)-1]
		case r.lengths[row] > 0:
			last = steps[r.lengths[row]-1]
		}
		end = append(end, last[row*width:(row+1)*width]...)
	}
	return end
}
