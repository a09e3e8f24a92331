package graph_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// This file: differentiating, running and stepping.

// Grad takes input nodes only. Hence the builder gets the gradient of an inner
// node as that of a zero input that it adds to it.
func TestGorgoniaGradTakesInputsOnly(t *testing.T) {
	p := newPin(t)
	h := G.Must(G.Tanh(p.input("x", []float64{1}, 1)))
	_, err := G.Grad(G.Must(G.Sum(h)), h)
	if err == nil || !strings.Contains(err.Error(), "Can only differentiate with regards to input nodes") {
		t.Errorf("Gorgonia now differentiates by inner nodes: the builder need add no zeros (got error %v)", err)
	}
}

// Grad fails if the cost does not depend on one of the nodes, rather than give
// zeros. Hence Compile looks first, and names the parameter.
func TestGorgoniaGradFailsForUnusedParameters(t *testing.T) {
	p := newPin(t)
	used, unused := p.input("used", []float64{1}, 1), p.input("unused", []float64{1}, 1)
	_, err := G.Grad(G.Must(G.Sum(G.Must(G.Tanh(used)))), used, unused)
	if err == nil || !strings.Contains(err.Error(), "Non Differentiable WRTs") {
		t.Errorf("Gorgonia now differentiates by nodes that the cost does not use: "+
			"Compile need not look for them (got error %v)", err)
	}
}

// A machine that is not reset does nothing when run again, without an error.
// Hence every run of ours starts with a reset.
func TestGorgoniaRunsOnceUnlessReset(t *testing.T) {
	p := newPin(t)
	data := []float64{2}
	square := p.read(G.Must(G.Square(p.input("x", data, 1))))
	m := p.run()
	data[0] = 3
	p.must(m.RunAll())
	p.want(square(), []float64{4}, "Gorgonia now runs again without a reset: the reset may go")
	m.Reset()
	p.must(m.RunAll())
	p.want(square(), []float64{9}, "Gorgonia's reset no longer lets a machine run again: mend every run of ours")
}

// A builtin op may write its result into the memory of its left operand, if that
// is not an input: so the buffer that an op of ours owns and returns is changed.
// Hence such an op fills its buffer in full at each run and keeps nothing there
// for later.
func TestGorgoniaWritesIntoBuffersOfOps(t *testing.T) {
	p := newPin(t)
	buffer := tensor.New(tensor.WithShape(2), tensor.Of(tensor.Float64))
	x := p.input("x", []float64{1, 2}, 2)
	y := G.Must(G.ApplyOp(&pinnedOp{"copy", func(x G.Value) (G.Value, error) {
		copy(buffer.Data().([]float64), x.Data().([]float64))
		return buffer, nil
	}}, x))
	G.Must(G.Add(y, x))
	p.run()
	p.want(buffer.Data(), []float64{2, 4}, "Gorgonia now keeps the buffer of an op: ops may trust their buffers")
}

// For the same reason a node's Value after the run may be another node's. Hence
// outputs and gradients are copied by an op of ours, Keep.
func TestGorgoniaOverwritesValuesOfNodes(t *testing.T) {
	p := newPin(t)
	x := p.input("x", []float64{1, 2}, 2)
	sum := G.Must(G.Add(x, x)) // 2 4
	read := p.read(sum)
	G.Must(G.HadamardProd(sum, x))
	p.run()
	p.want(sum.Value().Data(), []float64{2, 8}, "Gorgonia now keeps the value of a node: Keep may go")
	p.want(read(), []float64{2, 4}, "Gorgonia's Read no longer copies: these tests misread values")
}

// Relied upon: no builtin op writes into an input, forward or backward, even
// where it is the input's last use. Hence parameters are bound without a copy.
func TestGorgoniaNeverWritesIntoInputs(t *testing.T) {
	unary := func(f func(*G.Node) (*G.Node, error)) func(x, y *G.Node) (*G.Node, error) {
		return func(x, y *G.Node) (*G.Node, error) { return G.Add(G.Must(f(x)), y) }
	}
	for name, apply := range map[string]func(x, y *G.Node) (*G.Node, error){
		"Add": G.Add, "Sub": G.Sub, "Mul": G.Mul, "HadamardProd": G.HadamardProd, "HadamardDiv": G.HadamardDiv,
		"Neg": unary(G.Neg), "Square": unary(G.Square), "Exp": unary(G.Exp), "Log": unary(G.Log),
		"Tanh": unary(G.Tanh), "Sigmoid": unary(G.Sigmoid),
	} {
		for _, differentiate := range []bool{false, true} {
			p := newPin(t)
			dataX, dataY := []float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}
			x, y := p.input("x", dataX, 2, 2), p.input("y", dataY, 2, 2)
			z := G.Must(apply(x, y))
			if differentiate {
				p.grad(G.Must(G.Sum(z)), x, y)
			}
			m := p.run()
			m.Reset()
			p.must(m.RunAll())
			p.want([][]float64{dataX, dataY}, [][]float64{{1, 2, 3, 4}, {5, 6, 7, 8}},
				"Gorgonia's "+name+" now writes into an input: parameters must be bound as copies")
		}
	}
}

// Relied upon: a value is bound without a copy, and tensors of their own over
// one slice share it. Hence graphs of any size share parameters, and data is
// fed by writing to the slice. (One tensor in two machines would be a race:
// products transpose it in place.)
func TestGorgoniaGraphsShareASlice(t *testing.T) {
	weights := []float64{2}
	p, q := newPin(t), newPin(t)
	square := p.read(G.Must(G.Square(p.input("w", weights, 1))))
	wq := G.NewVector(q.g, tensor.Float64, G.WithShape(1), G.WithName("w"))
	q.must(G.Let(wq, tensor.New(tensor.WithShape(1), tensor.WithBacking(weights))))
	neg := q.read(G.Must(G.Neg(wq)))
	mp, mq := p.run(), q.run()
	weights[0] = 3
	for _, m := range []G.VM{mp, mq} {
		m.Reset()
		p.must(m.RunAll())
	}
	p.want(square(), []float64{9}, "Gorgonia's WithValue now copies: graphs no longer share parameters")
	p.want(neg(), []float64{-3}, "Gorgonia's Let now copies: graphs no longer share parameters")
}

// An op that panics ends the process, for it runs on a goroutine where nobody
// recovers. Hence each op of ours recovers by itself and returns an error.
func TestGorgoniaDiesOfAPanicInAnOp(t *testing.T) {
	const child, cry = "GORGONIA_TEST_PANIC_IN_OP", "pinned panic in an op"
	if os.Getenv(child) != "" {
		defer func() { recover() }() // where it would be caught if it came to the caller
		p := newPin(t)
		op := &pinnedOp{"panic", func(G.Value) (G.Value, error) { panic(cry) }}
		G.Must(G.ApplyOp(op, p.input("x", []float64{1}, 1)))
		G.NewTapeMachine(p.g).RunAll()
		return
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(executable, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("Gorgonia now survives a panic in an op: ops need not recover by themselves")
	}
	if !strings.Contains(string(out), "panic: "+cry) {
		t.Fatalf("the child failed, but not of the op's panic: %v\n%s", err, out)
	}
}

// AdamW decays a copy of the weights and never changes the weights. Hence
// decoupled decay is a solver of ours around any other.
func TestGorgoniaAdamWChangesNothing(t *testing.T) {
	p := newPin(t)
	w := p.input("w", []float64{1, 2, 3}, 3)
	p.grad(G.Must(G.Sum(G.Must(G.Square(w)))), w)
	m := p.run(G.BindDualValues(w))
	solver := G.NewAdamW(G.WithLearnRate(0.1))
	for range 3 {
		p.must(solver.Step(G.NodesToValueGrads(G.Nodes{w})))
		m.Reset()
		p.must(m.RunAll())
	}
	p.want(w.Value().Data(), []float64{1, 2, 3}, "Gorgonia's AdamW now changes weights: if rightly, it may be offered")
}

// Parameters whose gradient is the same node, as in b1+b2, share one gradient
// tensor; AdamSolver clears it at the first, and the second never moves. With
// BindDualValues each gets its own. Hence Keep copies each parameter's gradient
// to a tensor of its own.
func TestGorgoniaAdamStarvesASharedGradient(t *testing.T) {
	step := func(bind bool) (b1, b2 float64) {
		p := newPin(t)
		params := G.Nodes{p.input("b1", []float64{1}, 1), p.input("b2", []float64{1}, 1)}
		p.grad(G.Must(G.Sum(G.Must(G.Square(G.Must(G.Add(params[0], params[1])))))), params...)
		var opts []G.VMOpt
		if bind {
			opts = append(opts, G.BindDualValues(params...))
		}
		p.run(opts...)
		p.must(G.NewAdamSolver(G.WithLearnRate(0.1)).Step(G.NodesToValueGrads(params)))
		return params[0].Value().Data().([]float64)[0], params[1].Value().Data().([]float64)[0]
	}
	if b1, b2 := step(false); b1 == 1 || b2 != 1 {
		t.Errorf("Gorgonia now gives b1 and b2 in b1+b2 gradients of their own: "+
			"gradients need not be copied (b1 = %v, b2 = %v)", b1, b2)
	}
	if b1, b2 := step(true); b1 == 1 || b2 != b1 {
		t.Errorf("BindDualValues no longer gives parameters gradients of their own (b1 = %v, b2 = %v)", b1, b2)
	}
}
