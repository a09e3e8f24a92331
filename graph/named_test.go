package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// Watchers see each named quantity once, under its full name, and later equations read what
// the last of them returns. A lost prefix or a watcher that is skipped shows.
func TestNamed(t *testing.T) {
	var seen []string
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		seen = nil
		b.Watch(func(name string, n *graph.Node) *graph.Node {
			seen = append(seen, name)
			return b.Affine(n, 2, 0)
		})
		b.Watch(func(name string, n *graph.Node) *graph.Node {
			if name != "a/b/y" {
				return n
			}
			return b.Affine(n, 1, 1)
		})
		one := b.Constant(1, 1, 1)
		x := b.Named("x", one)
		b.Within("a/", func() {
			b.Within("b/", func() { b.Output("y", b.Named("y", one)) })
			b.Named("z", one)
		})
		b.Named("x", one)
		b.Output("x", x)
	})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"x", "a/b/y", "a/z", "x"}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
	graphtest.CheckClose(t, "x", p.Floats("x"), []float64{2}, 0)
	graphtest.CheckClose(t, "y", p.Floats("y"), []float64{3}, 0)
}

// A renaming changes names and nodes for what is named inside it, before the prefixes around it
// and the watchers, and for nothing after it; where nobody watches it is not asked.
func TestRenamed(t *testing.T) {
	for _, watched := range []bool{true, false} {
		var seen []string
		asked := 0
		p := compile(t, graph.Settings{}, func(b *graph.Builder) {
			seen, asked = nil, 0
			if watched {
				b.Watch(func(name string, n *graph.Node) *graph.Node {
					seen = append(seen, name)
					return b.Affine(n, 10, 0)
				})
			}
			if b.Watched() != watched {
				t.Errorf("Watched is %v", !watched)
			}
			one := b.Constant(1, 1, 1)
			var x *graph.Node
			b.Within("a/", func() {
				b.Renamed(func(name string, n *graph.Node) (string, *graph.Node) {
					asked++
					return name + "2", b.Affine(n, 1, 3)
				}, func() { b.Within("b/", func() { x = b.Named("x", one) }) })
				b.Named("z", one)
			})
			b.Output("x", x)
		})
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		want, value := []string{"a/b/x2", "a/z"}, 40.0
		if !watched {
			want, value = nil, 1
		}
		if !slices.Equal(seen, want) || (asked > 0) != watched {
			t.Errorf("seen %v, want %v", seen, want)
		}
		graphtest.CheckClose(t, "x", p.Floats("x"), []float64{value}, 0)
	}
}

// The gradient of a parameter is the one through its substitute, and only that.
func TestSubstitute(t *testing.T) {
	w := graph.NewParam("w", 1, 2)
	w.SetFloats([]float64{3, 5})
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		mask := b.Input("mask", 1, 2)
		b.Substitute(w, b.Mul(b.Param(w), mask))
		b.Minimize(b.Dot(b.Param(w), b.Param(w)))
	})
	p.SetFloats("mask", []float64{0, 2})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "loss", []float64{p.Scalar("loss")}, []float64{100}, 0)
	graphtest.CheckClose(t, "gradient", p.Grad(w), []float64{0, 40}, 0)

	_, err := graph.Compile(func(b *graph.Builder) {
		b.Substitute(w, b.Constant(0, 2, 1))
		b.Output("w", b.Param(w))
	}, graph.Settings{})
	if err == nil || !strings.Contains(err.Error(), `parameter "w" of shape (1, 2)`) {
		t.Errorf("error %v, want one that names the parameter", err)
	}
}
