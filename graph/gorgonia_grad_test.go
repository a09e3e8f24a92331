package graph_test

import (
	"testing"

	G "gorgonia.org/gorgonia"
)

// Gorgonia leaves in every node the gradient that it found, and a second Grad of the graph goes
// no further where it finds one: of Σ 2x·x², made of the gradient 2x of Σ x² and of x², it returns
// a part of 6x². Hence Gradients does not call Grad.
func TestGorgoniaDifferentiatesAGraphOnce(t *testing.T) {
	p := newPin(t)
	x := p.input("x", []float64{1, 2, 3}, 1, 3)
	square := G.Must(G.HadamardProd(x, x))
	first := p.grad(G.Must(G.Sum(square)), x)[0]
	second := p.read(p.grad(G.Must(G.Sum(G.Must(G.HadamardProd(first, square)))), x)[0])
	p.run()
	p.want(second(), []float64{2, 8, 18}, "Gorgonia now differentiates a graph again rightly, if this is 6, 24, 54: Gradients may call Grad")
}
