package graph

import (
	"slices"
	"testing"
)

// These names were found by search: under salt 0 the hashes of the two inputs' Tanh
// nodes are equal, and the hashes of the second two inputs themselves; under salt 1 the
// hashes of the third two inputs.
var (
	sameTanhHash   = [2]string{"x26002ac5", "xda42fc56"}
	sameInputHash  = [2]string{"xd6b0ee60", "x49f1ff8b"}
	sameInputHash1 = [2]string{"x17af5349", "xeed852e"}
)

// Without the search for a salt, Gorgonia merges the two Tanh nodes while the graph is
// built, and both outputs are the tanh of the first input.
func TestCollisionWhileBuildingIsCured(t *testing.T) {
	b := newBuilder(Float64, 0)
	x, y := b.Input(sameTanhHash[0], 1, 1), b.Input(sameTanhHash[1], 1, 1)
	if b.Tanh(x) != b.Tanh(y) || b.Err() != nil {
		t.Fatal("the two nodes no longer collide: Gorgonia's hashes have changed, search for other names")
	}
	checkTwoInputs(t, sameTanhHash)
}

// Without the check for equal hashes, TapeMachine gives one input the other's value. The
// structure of such a graph is right, so that two builds agree whichever of them holds
// the collision.
func TestCollisionOfHashesIsCured(t *testing.T) {
	for salt, names := range [][2]string{sameInputHash, sameInputHash1} {
		b := newBuilder(Float64, salt)
		x, y := b.Input(names[0], 1, 1), b.Input(names[1], 1, 1)
		if x.Hashcode() != y.Hashcode() {
			t.Fatal("the two nodes no longer collide: Gorgonia's hashes have changed, search for other names")
		}
		checkTwoInputs(t, names)
	}
}

func checkTwoInputs(t *testing.T, names [2]string) {
	t.Helper()
	p, err := Compile(func(b *Builder) {
		x, y := b.Input(names[0], 1, 1), b.Input(names[1], 1, 1)
		b.Output("x", b.Tanh(x))
		b.Output("y", b.Tanh(y))
	}, Settings{Dtype: Float64})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.SetFloats(names[0], []float64{0.5})
	p.SetFloats(names[1], []float64{-2})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if x, y := p.Scalar("x"), p.Scalar("y"); x != 0.46211715726000973 || y != -0.9640275800758169 {
		t.Errorf("tanh(0.5), tanh(-2) = %v, %v", x, y)
	}
}

// A build function that adds other nodes at each call would never settle.
func TestUnsteadyBuildIsAnError(t *testing.T) {
	calls := 0
	_, err := Compile(func(b *Builder) {
		calls++
		n := b.Input("x", 1, 1)
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
