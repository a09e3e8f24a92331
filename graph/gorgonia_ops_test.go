package graph_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// This file: builtin ops that give wrong numbers.

// The gradient of Concat is made of slices, so it is wrong above 256 rows: here
// the last operand gets the first one's. Hence Stack is an
// op of ours.
func TestGorgoniaConcatGradientIsWrongAbove256Rows(t *testing.T) {
	p := newPin(t)
	a := p.input("a", fill(4, one), 4, 1)
	b := p.input("b", fill(252, one), 252, 1)
	c := p.input("c", fill(4, one), 4, 1)
	weights := p.input("weights", fill(260, counting), 260, 1)
	cost := G.Must(G.Sum(G.Must(G.HadamardProd(G.Must(G.Concat(0, a, b, c)), weights))))
	grads := p.grad(cost, a, b, c)
	da, dc := p.read(grads[0]), p.read(grads[2])
	p.run()
	p.want(da(), fill(4, counting), "Gorgonia no longer differentiates Concat rightly at row 0: "+
		"this test misreads it")
	p.want(dc(), fill(4, counting), "Gorgonia now differentiates Concat rightly above 256 rows: "+
		"the op Stack may go")
}

// Reshape returns a view of its operand's memory, which Gorgonia's register
// allocation does not know, so an op may write over a value that is still
// needed. Hence every node of ours is made in the shape in which it is used, and
// no equation reshapes.
func TestGorgoniaReshapeAliasesItsOperand(t *testing.T) {
	p := newPin(t)
	square := G.Must(G.Square(p.input("x", []float64{1, 2}, 1, 2)))
	sum := p.read(G.Must(G.Add(G.Must(G.Reshape(square, tensor.Shape{2})), p.input("y", []float64{10, 10}, 2))))
	neg := p.read(G.Must(G.Neg(square)))
	p.run()
	p.want(sum(), []float64{11, 14}, "Gorgonia no longer adds a reshaped node rightly: this test misreads it")
	p.want(neg(), []float64{-11, -14}, "Gorgonia now keeps a reshaped node's operand: "+
		"equations may reshape if both tests below fail, too")
}

// The same in a backward pass: the gradient of Σ tanh²x + Σ tanh³x is wrong, in
// sign even, if the first sum is over a reshaped tanh x.
func TestGorgoniaReshapeSpoilsAGradient(t *testing.T) {
	p := newPin(t)
	x := p.input("x", []float64{1, 2, 3, 4}, 2, 2)
	tanh := G.Must(G.Tanh(x))
	flat := G.Must(G.Reshape(tanh, tensor.Shape{4}))
	cost := G.Must(G.Add(G.Must(G.Sum(G.Must(G.Square(flat)))), G.Must(G.Sum(G.Must(G.Cube(tanh))))))
	grad := p.read(p.grad(cost, x)[0])
	p.run()
	var worst float64
	for i, got := range grad().([]float64) {
		y := math.Tanh(float64(i + 1))
		worst = max(worst, math.Abs(got-(2*y+3*y*y)*(1-y*y)))
	}
	p.want(worst > 1, true, "Gorgonia now differentiates a reshaped node rightly: equations may reshape "+
		"if the tests beside this one fail, too")
}

// Worse, an op whose operand is a reshaped input writes over the input. Hence no
// parameter is bound in another shape than its own.
func TestGorgoniaWritesOverAReshapedInput(t *testing.T) {
	p := newPin(t)
	weights := []float64{1, 2}
	flat := G.Must(G.Reshape(p.input("w", weights, 1, 2), tensor.Shape{2}))
	G.Must(G.Add(flat, p.input("x", []float64{10, 10}, 2)))
	p.run()
	p.want(weights, []float64{11, 12}, "Gorgonia now keeps a reshaped input: equations may reshape "+
		"if both tests above fail, too")
}

// Dropout with probability p scales what it keeps by 1/(1-p), but that part of
// the gradient by 1/p. Hence dropout multiplies by a mask that is an input node.
func TestGorgoniaScalesDropoutGradientWrongly(t *testing.T) {
	p := newPin(t)
	const probability, n = 0.2, 1000
	x := p.input("x", fill(n, one), n)
	drop := G.Must(G.Dropout(x, probability))
	grads := p.grad(G.Must(G.Sum(drop)), x)
	out, grad := p.read(drop), p.read(grads[0])
	p.run()
	for i, y := range out().([]float64) {
		g := grad().([]float64)[i]
		if y == 0 {
			p.want(g, 0.0, "Gorgonia now passes a gradient where Dropout dropped: look at it anew")
			continue
		}
		// x is one, so that the gradient should be y, which is 1/(1-p).
		wrong := math.Abs(g-1/probability) < 1e-12 && math.Abs(y-1/(1-probability)) < 1e-12
		p.want(wrong, true, "Gorgonia now scales Dropout's gradient otherwise: "+
			"if by 1/(1-p), one reason for dropout by an input mask is gone")
		if !wrong {
			return
		}
	}
}

// SoftMax subtracts as the maximum of each row that of the row's elements after
// the first and of element 0 of the whole tensor. Where the row lies far below
// that element, all exponentials are zero: it becomes 0/0 in SoftMax, infinite
// in LogSoftMax. Hence cross-entropy and softmax are ops of ours.
func TestGorgoniaSoftMaxFailsFarBelowTheFirstLogit(t *testing.T) {
	logits := []float32{104, 0, 0, 0}
	p := newPin(t)
	prob := G.Must(G.SoftMax(p.input("x", logits, 2, 2), 1))
	p.run()
	nan := math.IsNaN(float64(prob.Value().Data().([]float32)[2]))
	p.want(nan, true, "Gorgonia now takes each row's own maximum in SoftMax: one reason for our own is gone")

	p = newPin(t)
	logProb := G.Must(G.LogSoftMax(p.input("x", logits, 2, 2), 1))
	p.run()
	inf := math.IsInf(float64(logProb.Value().Data().([]float32)[2]), 0)
	p.want(inf, true, "Gorgonia now takes each row's own maximum in LogSoftMax: one reason for our own is gone")
}

// Sum adds float32s one after the other in a float32: a million tenths are one
// per cent too many. Hence losses and other sums are ops of ours that add in
// float64.
func TestGorgoniaSumsFloat32InFloat32(t *testing.T) {
	p := newPin(t)
	const n = 1 << 20
	tenths := make([]float32, n)
	for i := range tenths {
		tenths[i] = 0.1
	}
	sum := G.Must(G.Sum(p.input("x", tenths, n)))
	p.run()
	relative := float64(sum.Value().Data().(float32))/(n*0.1) - 1
	p.want(math.Abs(relative) > 0.005, true, "Gorgonia now sums float32s accurately: our own sums may go")
}

// The matrix product of a column view reads the memory as if the columns were
// all there is. Hence no operand is a view of columns.
func TestGorgoniaMatMulIgnoresStrides(t *testing.T) {
	p := newPin(t)
	whole := tensor.New(tensor.WithShape(2, 4), tensor.WithBacking(fill(8, counting)))
	middle, err := whole.Slice(nil, G.S(1, 3)) // (1 2; 5 6)
	p.must(err)
	identity := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 0, 0, 1}))
	product, err := tensor.MatMul(middle, identity)
	p.must(err)
	p.want(product.Data(), []float64{1, 2, 3, 4}, "tensor.MatMul now heeds strides: operands may be views of columns")
}

// Sigmoid is 1 above 19, though 1 − σ(19.5) is 3.4·10⁻⁹, which float64 tells from 0. Hence
// the two engines differ by as much where gates saturate, and conformance tests keep them from
// it.
func TestGorgoniaSigmoidIsOneAbove19(t *testing.T) {
	p := newPin(t)
	y := p.read(G.Must(G.Sigmoid(p.input("x", []float64{19, 19.5}, 1, 2))))
	p.run()
	p.want(y(), []float64{1 / (1 + math.Exp(-19)), 1}, "Gorgonia's Sigmoid now tells large arguments apart: "+
		"conformance tests may let gates saturate")
}
