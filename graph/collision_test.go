package graph

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
)

// These names were found by search: under salt 0 the hashes of the two inputs' Tanh nodes
// are equal, the hashes of the Tanh of the first and the Sigmoid of the second of the other
// inputs, and those of the gradients in twoProducts.
var (
	sameTanhHash        = [2]string{"x26002ac5", "xda42fc56"}
	sameTanhSigmoidHash = [2]string{"x01183", "y07409"}
	sameGradientHash    = [2]string{"x018af", "x08044"}
)

const changed = "the two nodes no longer collide: Gorgonia's hashes have changed, search for other names"

// Without a second build, Gorgonia merges the two Tanh nodes while the graph is built, and
// both outputs are the tanh of the first input.
func TestCollisionWhileBuildingIsCured(t *testing.T) {
	b := newBuilder(Float64, 0)
	x, y := b.Input(sameTanhHash[0], 1, 1), b.Input(sameTanhHash[1], 1, 1)
	if b.Tanh(x) != b.Tanh(y) || b.Err() != nil {
		t.Fatal(changed)
	}
	runTwo(t, sameTanhHash, (*Builder).Tanh, (*Builder).Tanh, [2]float64{math.Tanh(0.5), math.Tanh(-2)})
}

// Without the check for equal hashes, TapeMachine computes one of the two nodes only and
// gives the other its value. The structure of the graph is right all the same.
func TestCollisionWhileCompilingIsCured(t *testing.T) {
	b := newBuilder(Float64, 0)
	x, y := b.Tanh(b.Input(sameTanhSigmoidHash[0], 1, 1)), b.Sigmoid(b.Input(sameTanhSigmoidHash[1], 1, 1))
	if x.Hashcode() != y.Hashcode() {
		t.Fatal(changed)
	}
	runTwo(t, sameTanhSigmoidHash, (*Builder).Tanh, (*Builder).Sigmoid, [2]float64{math.Tanh(0.5), 1 / (1 + math.Exp(2))})
}

// twoProducts returns x·p + y·q, whose gradients are x⊙1 and y⊙1, nodes that Gorgonia adds.
func twoProducts(b *Builder, names [2]string, p, q *Param) *Node {
	x, y := b.Input(names[0], 1, 1), b.Input(names[1], 1, 1)
	z := b.Add(b.Mul(x, b.Param(p)), b.Mul(y, b.Param(q)))
	return b.Dot(z, b.Constant(1, 1, 1))
}

// Gorgonia merges the two gradients while it differentiates. Where nobody looks at what it
// does then, the gradient of both parameters is the first input.
func TestCollisionWhileDifferentiatingIsCured(t *testing.T) {
	p, q := NewParam("p", 1, 1), NewParam("q", 1, 1)
	b := newBuilder(Float32, 0)
	b.Minimize(twoProducts(b, sameGradientHash, p, q))
	if b.finish(); b.Err() != nil || b.params[0].grad != b.params[1].grad {
		t.Fatal(changed)
	}
	for _, engine := range []Engine{Fused, Reference} {
		program, err := Compile(func(b *Builder) { b.Minimize(twoProducts(b, sameGradientHash, p, q)) }, Settings{Engine: engine})
		if err != nil {
			t.Fatal(err)
		}
		program.SetFloats(sameGradientHash[0], []float64{2})
		program.SetFloats(sameGradientHash[1], []float64{3})
		if err := program.Run(); err != nil {
			t.Fatal(err)
		}
		if dp, dq := program.Grad(p)[0], program.Grad(q)[0]; dp != 2 || dq != 3 {
			t.Errorf("%s: gradients %v and %v, want 2 and 3", engine, dp, dq)
		}
		program.Close()
	}
}

// The same in the middle of a graph.
func TestCollisionInGradientsIsCured(t *testing.T) {
	p, q := NewParam("p", 1, 1), NewParam("q", 1, 1)
	b := newBuilder(Float32, 0)
	if g := b.Gradients(twoProducts(b, sameGradientHash, p, q), b.Param(p), b.Param(q)); b.Err() != nil || g[0] != g[1] {
		t.Fatal(changed)
	}
	for _, engine := range []Engine{Fused, Reference} {
		program, err := Compile(func(b *Builder) {
			g := b.Gradients(twoProducts(b, sameGradientHash, p, q), b.Param(p), b.Param(q))
			b.Output("dp", g[0])
			b.Output("dq", g[1])
		}, Settings{Engine: engine})
		if err != nil {
			t.Fatal(err)
		}
		program.SetFloats(sameGradientHash[0], []float64{2})
		program.SetFloats(sameGradientHash[1], []float64{3})
		if err := program.Run(); err != nil {
			t.Fatal(err)
		}
		if dp, dq := program.Scalar("dp"), program.Scalar("dq"); dp != 2 || dq != 3 {
			t.Errorf("%s: gradients %v and %v, want 2 and 3", engine, dp, dq)
		}
		program.Close()
	}
}

// A graph is built again only where nodes may have been merged, and where they may, by a
// caller whose nodes a Builder does not see, it is.
func TestBuildsOfAGraph(t *testing.T) {
	p := NewParam("p", 1, 1)
	for _, c := range []struct {
		name  string
		build func(b *Builder) *Node
		want  int
	}{
		{"distinct nodes", func(b *Builder) *Node { return b.Tanh(b.Param(p)) }, 1},
		{"a node whose operands are one", func(b *Builder) *Node { return b.MatMul(b.Param(p), b.Param(p)) }, 1},
		{"a node twice", func(b *Builder) *Node { return b.Add(b.Tanh(b.Param(p)), b.Tanh(b.Param(p))) }, 2},
		{"a gradient twice", func(b *Builder) *Node { return b.Mul(b.Param(p), b.Param(p)) }, 2},
		{"gradients as nodes", func(b *Builder) *Node {
			return b.Mul(b.Gradients(b.Sum(b.MatMul(b.Param(p), b.Ones(1))), b.Param(p))[0], b.Param(p))
		}, 1},
		{"gradients as nodes, twice", func(b *Builder) *Node {
			s := b.Sum(b.MatMul(b.Param(p), b.Ones(1)))
			return b.Mul(b.Gradients(s, b.Param(p))[0], b.Mul(b.Gradients(s, b.Param(p))[0], b.Param(p)))
		}, 2},
		{"the whole graph", func(b *Builder) *Node { b.ExprGraph(); return b.Tanh(b.Param(p)) }, 2},
		{"nodes of Gorgonia's", func(b *Builder) *Node { return b.Add(gorgonia.Must(gorgonia.Tanh(b.Param(p))), b.Param(p)) }, 2},
		{"without an objective", func(b *Builder) *Node { b.Output("z", gorgonia.Must(gorgonia.Tanh(b.Param(p)))); return nil }, 2},
		{"an operation of the caller's", func(b *Builder) *Node { y := b.Tanh(b.Param(p)); return b.Apply(y.Op(), y) }, 2},
	} {
		builds := 0
		program, err := Compile(func(b *Builder) {
			builds++
			if y := c.build(b); y != nil {
				b.Minimize(b.Dot(b.Constant(1, 1, 1), y))
			}
		}, Settings{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		program.Close()
		if builds != c.want {
			t.Errorf("%s: %d builds, want %d", c.name, builds, c.want)
		}
	}
}

// runTwo compiles f of the first input and g of the second, and wants what they are at 0.5 and
// −2 from both engines.
func runTwo(t *testing.T, names [2]string, f, g func(*Builder, *Node) *Node, want [2]float64) {
	t.Helper()
	for _, engine := range []Engine{Fused, Reference} {
		p, err := Compile(func(b *Builder) {
			x, y := b.Input(names[0], 1, 1), b.Input(names[1], 1, 1)
			b.Output("x", f(b, x))
			b.Output("y", g(b, y))
		}, Settings{Dtype: Float64, Engine: engine})
		if err != nil {
			t.Fatal(err)
		}
		p.SetFloats(names[0], []float64{0.5})
		p.SetFloats(names[1], []float64{-2})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if got := [2]float64{p.Scalar("x"), p.Scalar("y")}; got != want {
			t.Errorf("%s: %v, want %v", engine, got, want)
		}
		p.Close()
	}
}

// A build function that adds other nodes at each call never settles where it has to be called
// again.
func TestUnsteadyBuildIsAnError(t *testing.T) {
	calls := 0
	_, err := Compile(func(b *Builder) {
		calls++
		n := b.Input("x", 1, 1)
		b.Tanh(n) // as does the loop
		for range calls {
			n = b.Tanh(n)
		}
		b.Output("y", n)
	}, Settings{})
	if err == nil {
		t.Error("no error")
	}
}

// The order of a graph's nodes must not depend on a map's: sums would change.
func TestSameBitsFromTwoPrograms(t *testing.T) {
	w, u := NewParam("w", 3, 3), NewParam("u", 3, 3)
	for i := range 9 {
		w.Set(i/3, i%3, float64(i)*0.3-1)
		u.Set(i/3, i%3, 0.7-float64(i)*0.2)
	}
	grads := func() []float64 {
		p, err := Compile(func(b *Builder) {
			h := b.Constant(0.5, 2, 3)
			for range 20 {
				h = b.Tanh(b.Add(b.MatMul(h, b.Param(w)), b.Mul(h, b.MatMul(h, b.Param(u)))))
			}
			b.Minimize(b.Dot(h, h))
		}, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return append(p.Grad(w), p.Grad(u)...)
	}
	first := grads()
	for range 5 {
		if again := grads(); !slices.Equal(again, first) {
			t.Fatalf("gradients %v and then %v", first, again)
		}
	}
}
