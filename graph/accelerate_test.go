package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	. "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A plainModel is a model as a user of Gorgonia writes it, without this module.
type plainModel struct {
	graph      *ExprGraph
	learnables Nodes
	cost       *Node
	read       Value // of gorgonia.Read
}

// matrix adds a parameter or an input with random numbers, the same ones in each model.
func (m *plainModel) matrix(name string, rng *rand.Rand, shape ...int) *Node {
	x := make([]float64, tensor.Shape(shape).TotalSize())
	for i := range x {
		x[i] = rng.NormFloat64() / 2
	}
	return NewTensor(m.graph, Float64, len(shape), WithShape(shape...), WithName(name),
		WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))))
}

func (m *plainModel) learn(n *Node) *Node {
	m.learnables = append(m.learnables, n)
	return n
}

func plainLSTM(m *plainModel, rng *rand.Rand) {
	const steps, batch, in, hidden = 6, 5, 7, 20
	var w, u, b [4]*Node
	for k := range w {
		w[k] = m.learn(m.matrix(fmt.Sprint("w", k), rng, in, hidden))
		u[k] = m.learn(m.matrix(fmt.Sprint("u", k), rng, hidden, hidden))
		b[k] = m.learn(m.matrix(fmt.Sprint("b", k), rng, 1, hidden))
	}
	h, c := m.matrix("h0", rng, batch, hidden), m.matrix("c0", rng, batch, hidden)
	for t := range steps {
		x := m.matrix(fmt.Sprint("x", t), rng, batch, in)
		gate := func(k int) *Node {
			z := Must(Add(Must(Mul(x, w[k])), Must(Mul(h, u[k]))))
			return Must(BroadcastAdd(z, b[k], nil, []byte{0}))
		}
		i, f, o, g := Must(Sigmoid(gate(0))), Must(Sigmoid(gate(1))), Must(Sigmoid(gate(2))), Must(Tanh(gate(3)))
		c = Must(Add(Must(HadamardProd(f, c)), Must(HadamardProd(i, g))))
		h = Must(HadamardProd(o, Must(Tanh(c))))
	}
	m.cost = Must(Mean(Must(Square(h))))
}

func plainPerceptron(m *plainModel, rng *rand.Rand) {
	x, y := m.matrix("x", rng, 9, 8), m.matrix("y", rng, 9, 4)
	w1, w2 := m.learn(m.matrix("w1", rng, 8, 16)), m.learn(m.matrix("w2", rng, 16, 4))
	hidden := Must(Rectify(Must(Mul(x, w1))))
	p := Must(SoftMax(Must(Mul(hidden, w2)), 1))
	m.cost = Must(Neg(Must(Mean(Must(HadamardProd(y, p))))))
	Read(m.cost, &m.read)
}

func plainLogistic(m *plainModel, rng *rand.Rand) {
	x, y := m.matrix("x", rng, 30, 5), m.matrix("y", rng, 30)
	w := m.learn(m.matrix("w", rng, 5))
	p := Must(Sigmoid(Must(Mul(x, w))))
	m.cost = Must(Mean(Must(Square(Must(Sub(p, y))))))
}

// plainUnknown has operations that no pass of the engine knows.
func plainUnknown(m *plainModel, rng *rand.Rand) {
	x := m.learn(m.matrix("x", rng, 4, 6))
	left, right := Must(Slice(x, nil, S(0, 3))), Must(Slice(x, nil, S(3, 6)))
	joined := Must(Concat(0, Must(Cube(left)), Must(Sin(right))))
	m.cost = Must(Sum(Must(Softplus(joined))))
}

func newPlain(t *testing.T, build func(*plainModel, *rand.Rand)) *plainModel {
	t.Helper()
	m := &plainModel{graph: NewGraph()}
	build(m, rand.New(rand.NewPCG(3, 4)))
	if _, err := Grad(m.cost, m.learnables...); err != nil {
		t.Fatal(err)
	}
	return m
}

// train takes steps with a solver of Gorgonia's and returns the costs and the last gradients.
func (m *plainModel) train(t *testing.T, vm VM) (costs []float64, grads [][]float64) {
	t.Helper()
	solver := NewVanillaSolver(WithLearnRate(0.1))
	for range 5 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		costs = append(costs, m.cost.Value().Data().(float64))
		grads = grads[:0]
		for _, n := range m.learnables {
			g, err := n.Grad()
			if err != nil {
				t.Fatal(err)
			}
			grads = append(grads, append([]float64(nil), g.Data().([]float64)...))
		}
		if err := solver.Step(NodesToValueGrads(m.learnables)); err != nil {
			t.Fatal(err)
		}
		vm.Reset()
	}
	return costs, grads
}

// A plain model that trains differently, a value or gradient that is not where Gorgonia's
// users look for it.
func TestAccelerate(t *testing.T) {
	models := map[string]func(*plainModel, *rand.Rand){
		"LSTM": plainLSTM, "perceptron": plainPerceptron, "logistic regression": plainLogistic, "unknown operations": plainUnknown}
	for name, build := range models {
		t.Run(name, func(t *testing.T) {
			plain, fast := newPlain(t, build), newPlain(t, build)
			vm, err := graph.Accelerate(fast.graph)
			if err != nil {
				t.Fatal(err)
			}
			defer vm.Close()
			if fmt.Sprintf("%T", vm) == "*gorgonia.tapeMachine" {
				t.Error("the graph runs as it stands")
			}
			tape := NewTapeMachine(plain.graph)
			defer tape.Close()
			costs, grads := plain.train(t, tape)
			got, gotGrads := fast.train(t, vm)
			for i := range costs {
				if !(math.Abs(got[i]-costs[i]) <= 1e-12*math.Max(1, math.Abs(costs[i]))) {
					t.Errorf("cost of step %d is %.17g, want %.17g", i, got[i], costs[i])
				}
			}
			for i, want := range grads {
				for j := range want {
					if !(math.Abs(gotGrads[i][j]-want[j]) <= 1e-12) {
						t.Errorf("gradient of %v, element %d, is %.17g, want %.17g", plain.learnables[i], j, gotGrads[i][j], want[j])
					}
				}
			}
			if plain.read != nil && (fast.read == nil || math.Abs(fast.read.Data().(float64)-plain.read.Data().(float64)) > 1e-12) {
				t.Errorf("Read gives %v, want %v", fast.read, plain.read)
			}
		})
	}
}

// A wanted node of another graph, a graph that only a TapeMachine can run.
func TestAccelerateRefuses(t *testing.T) {
	m, other := newPlain(t, plainLogistic), newPlain(t, plainLogistic)
	if _, err := graph.Accelerate(m.graph, other.cost); err == nil {
		t.Error("a node of another graph was accepted")
	}
	mixed := &plainModel{graph: NewGraph()}
	x := mixed.matrix("x", rand.New(rand.NewPCG(1, 1)), 2, 2)
	Must(Square(NewMatrix(mixed.graph, Float32, WithShape(2, 2), WithName("y"), WithValue(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking(make([]float32, 4)))))))
	Must(Square(x))
	vm, err := graph.Accelerate(mixed.graph)
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Error(err)
	}
}

// A run that reads the memory of a value which has been replaced with Let, of one input or of all.
func TestAccelerateLet(t *testing.T) {
	fast, plain := newPlain(t, plainLSTM), newPlain(t, plainLSTM)
	vm, err := graph.Accelerate(fast.graph)
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	tape := NewTapeMachine(plain.graph)
	defer tape.Close()
	rng := rand.New(rand.NewPCG(7, 8))
	before := math.NaN()
	inputs, others := fast.graph.Inputs(), plain.graph.Inputs()
	for round := range 2 * len(inputs) {
		tape.Reset()
		for i, n := range inputs {
			if round != 0 && round <= len(inputs) && i != round-1 {
				continue
			}
			x := make([]float64, n.Shape().TotalSize())
			for k := range x {
				x[k] = rng.NormFloat64() / 3 // gates are not saturated: there Gorgonia rounds to 1
			}
			for _, n := range []*Node{n, others[i]} {
				if err := Let(n, tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(slices.Clone(x)))); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if err := tape.RunAll(); err != nil {
			t.Fatal(err)
		}
		got, want := fast.cost.Value().Data().(float64), plain.cost.Value().Data().(float64)
		if !(math.Abs(got-want) <= 1e-12*math.Abs(want)) || got == before {
			t.Errorf("after round %d of new values the cost is %g, want %g, and not %g as before", round, got, want, before)
		}
		before = got
	}
}

// BenchmarkAccelerate is a run, forward and backward, of plain models on either machine.
func BenchmarkAccelerate(b *testing.B) {
	models := map[string]func(*plainModel, *rand.Rand){
		"LSTM": plainLSTM, "perceptron": plainPerceptron, "logistic": plainLogistic, "unknown": plainUnknown}
	machines := map[string]func(*ExprGraph) (VM, error){
		"tape":  func(g *ExprGraph) (VM, error) { return NewTapeMachine(g), nil },
		"fused": func(g *ExprGraph) (VM, error) { return graph.Accelerate(g) },
	}
	for model, build := range models {
		for machine, start := range machines {
			b.Run(fmt.Sprintf("model=%s/machine=%s", model, machine), func(b *testing.B) {
				m := &plainModel{graph: NewGraph()}
				build(m, rand.New(rand.NewPCG(3, 4)))
				if _, err := Grad(m.cost, m.learnables...); err != nil {
					b.Fatal(err)
				}
				vm, err := start(m.graph)
				if err != nil {
					b.Fatal(err)
				}
				defer vm.Close()
				for b.Loop() {
					if err := vm.RunAll(); err != nil {
						b.Fatal(err)
					}
					vm.Reset()
				}
			})
		}
	}
}
