package kernel

import (
	"fmt"
	"math"
	"testing"
)

// An operation is one of the elementwise functions, with what it is to do to one
// number. Operands beyond its arity are not used; s is its scalar.
type operation[T Float] struct {
	name   string
	run    func(dst, a, b, c []T, s T)
	scalar func(a, b, c, s T) T
}

// operations returns all elementwise functions but the transcendental ones.
func operations[T Float]() []operation[T] {
	truth := func(condition bool) T { return map[bool]T{true: 1}[condition] }
	return []operation[T]{
		{"Add", func(dst, a, b, c []T, s T) { Add(dst, a, b) }, func(a, b, c, s T) T { return a + b }},
		{"Sub", func(dst, a, b, c []T, s T) { Sub(dst, a, b) }, func(a, b, c, s T) T { return a - b }},
		{"MulElements", func(dst, a, b, c []T, s T) { MulElements(dst, a, b) }, func(a, b, c, s T) T { return a * b }},
		{"Div", func(dst, a, b, c []T, s T) { Div(dst, a, b) }, func(a, b, c, s T) T { return a / b }},
		{"SigmoidGrad", func(dst, a, b, c []T, s T) { SigmoidGrad(dst, a, b) }, func(a, b, c, s T) T { return T(T(1-a)*a) * b }},
		{"TanhGrad", func(dst, a, b, c []T, s T) { TanhGrad(dst, a, b) }, func(a, b, c, s T) T { return (1 - T(a*a)) * b }},
		{"MulAddElements", func(dst, a, b, c []T, s T) { MulAddElements(dst, a, b, c) }, func(a, b, c, s T) T { return fused(a, b, c) }},
		{"Scale", func(dst, a, b, c []T, s T) { Scale(dst, a, s) }, func(a, b, c, s T) T { return a * s }},
		{"Shift", func(dst, a, b, c []T, s T) { Shift(dst, a, s) }, func(a, b, c, s T) T { return a + s }},
		{"ScaleAdd", func(dst, a, b, c []T, s T) { ScaleAdd(dst, a, b, s) }, func(a, b, c, s T) T { return fused(a, s, b) }},
		{"Affine", func(dst, a, b, c []T, s T) { Affine(dst, a, s, 3) }, func(a, b, c, s T) T { return T(a*s) + 3 }},
		{"Neg", func(dst, a, b, c []T, s T) { Neg(dst, a) }, func(a, b, c, s T) T { return -a }},
		{"Sqrt", func(dst, a, b, c []T, s T) { Sqrt(dst, a) }, func(a, b, c, s T) T { return T(math.Sqrt(float64(a))) }},
		{"Relu", func(dst, a, b, c []T, s T) { Relu(dst, a) }, func(a, b, c, s T) T {
			if a < 0 {
				return 0
			}
			return a
		}},
		{"Fill", func(dst, a, b, c []T, s T) { Fill(dst, s) }, func(a, b, c, s T) T { return s }},
		{"Less", func(dst, a, b, c []T, s T) { Less(dst, a, b) }, func(a, b, c, s T) T { return truth(a < b) }},
		{"LessEqual", func(dst, a, b, c []T, s T) { LessEqual(dst, a, b) }, func(a, b, c, s T) T { return truth(a <= b) }},
		{"Equal", func(dst, a, b, c []T, s T) { Equal(dst, a, b) }, func(a, b, c, s T) T { return truth(a == b) }},
		{"NotEqual", func(dst, a, b, c []T, s T) { NotEqual(dst, a, b) }, func(a, b, c, s T) T { return truth(a != b) }},
		{"Choose", func(dst, a, b, c []T, s T) { Choose(dst, a, b, c) }, func(a, b, c, s T) T {
			if a == 0 {
				return c
			}
			return b
		}},
	}
}

// transcendental returns the functions of activation.go with the portable version
// of each, which defines its bits.
func transcendental[T Float]() []operation[T] {
	pick := func(f32 func(float32) float32, f64 func(float64) float64) func(a, b, c, s T) T {
		return func(a, b, c, s T) T {
			if _, ok := any(a).(float32); ok {
				return T(f32(float32(a)))
			}
			return T(f64(float64(a)))
		}
	}
	return []operation[T]{
		{"Exp", func(dst, a, b, c []T, s T) { Exp(dst, a) }, pick(exp32, math.Exp)},
		{"ExpShifted", func(dst, a, b, c []T, s T) { ExpShifted(dst, a, s) }, func(a, b, c, s T) T {
			return pick(exp32, math.Exp)(a+s, 0, 0, 0)
		}},
		{"Sigmoid", func(dst, a, b, c []T, s T) { Sigmoid(dst, a) }, pick(sigmoid32, sigmoid64)},
		{"Tanh", func(dst, a, b, c []T, s T) { Tanh(dst, a) }, pick(tanh32, math.Tanh)},
		{"Log", func(dst, a, b, c []T, s T) { Log(dst, a) }, pick(log32, math.Log)},
	}
}

// testElementwise catches a wrong operation or order of operands, other bits on
// one of the paths, a wrong tail, and reads or writes outside of the slices.
func testElementwise[T Float](t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		numbers := func(n int) []T {
			x := make([]T, n)
			for i, y := range wild(rng, n) {
				x[i] = T(y)
			}
			if n > 1 && rng.IntN(2) == 0 {
				x[1] = x[0] // so that some are equal
			}
			return x
		}
		for _, op := range append(operations[T](), transcendental[T]()...) {
			for n := range 70 {
				a, b, c := guard(numbers(n), rng.IntN(16)), guard(numbers(n), rng.IntN(16)), guard(numbers(n), rng.IntN(16))
				if n > 3 && rng.IntN(2) == 0 {
					copy(b.slice[:3], a.slice[:3])
				}
				dst := guard(numbers(n), rng.IntN(16))
				s := numbers(1)[0]
				want := make([]T, n)
				for i := range want {
					want[i] = op.scalar(a.slice[i], b.slice[i], c.slice[i], s)
				}
				what := fmt.Sprintf("%s of %d numbers", op.name, n)
				op.run(dst.slice, a.slice, b.slice, c.slice, s)
				wantBits(t, what, dst.slice, want)
				dst.check(t, what)
				op.run(a.slice, a.slice, b.slice, c.slice, s)
				wantBits(t, what+" in place", a.slice, want)
				a.check(t, what)
			}
		}
	})
}

func TestElementwise32(t *testing.T) { testElementwise[float32](t) }
func TestElementwise64(t *testing.T) { testElementwise[float64](t) }

// TestNothingAllocated catches a slice header or a buffer that escapes to the
// heap, of which a training step would make thousands.
func TestNothingAllocated(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := newRand()
		p := newProductCase[float32](rng, [3]int{9, 37, 40})
		w := NewPacked[float32](p.k, p.n)
		half := NewPacked16(p.k, p.n)
		a, rows := RowsOf(p.a), RowsOf(p.c)
		dw, wt := NewPacked[float32](p.k, p.n), NewPacked[float32](p.n, p.k)
		square := Matrix[float32]{Data: make([]float32, p.k*p.k), Rows: p.k, Cols: p.k}
		x, y := randoms[float32](rng, 50), randoms[float32](rng, 50)
		other, sums := p.matrix(rng, p.m, p.n), make([]float64, p.m)
		targets, losses := make([]int, p.m), make([]float32, p.m)
		table := Matrix[float32]{Data: make([]float32, 3*p.n), Rows: 3, Cols: p.n}
		calls := map[string]func(){
			"Mul":                 func() { Mul(p.c, a, w) },
			"MulAdd":              func() { MulAdd(p.c, a, w) },
			"MulFrom":             func() { MulFrom(p.c, p.c, a, w) },
			"MulBias":             func() { MulBias(p.c, a, w, p.bias) },
			"Mul16":               func() { Mul16(p.c, a, half) },
			"MulAdd16":            func() { MulAdd16(p.c, a, half) },
			"MulBias16":           func() { MulBias16(p.c, a, half, p.bias) },
			"AddOuterPacked":      func() { AddOuterPacked(dw, a, rows) },
			"SetOuterPacked":      func() { SetOuterPacked(dw, a, rows) },
			"SetOuter":            func() { SetOuter(square, a, a) },
			"Pack":                func() { w.Pack(p.b) },
			"PackTransposed":      func() { wt.PackTransposed(p.b) },
			"Sum":                 func() { Sum(x) },
			"Dot":                 func() { Dot(x, y) },
			"Max":                 func() { Max(x) },
			"AddRows":             func() { AddRows(p.bias, rows) },
			"ScatterAdd":          func() { ScatterAdd(table, targets, rows) },
			"AdamStep":            func() { AdamStep(x, y, y, x, 1, Adam{Rate: 1, Beta1: 0.9, Beta2: 0.9, Epsilon: 1}) },
			"Softmax":             func() { Softmax(p.c, p.c, nil) },
			"ExpCrossEntropy":     func() { ExpCrossEntropy(sums, sums, p.c, p.c, targets, nil) },
			"ExpCrossEntropyGrad": func() { ExpCrossEntropyGrad(p.c, p.c, sums, targets, sums) },
			"LayerNorm":           func() { LayerNorm(p.c, p.c, p.bias, p.bias, 1, sums, sums) },
			"LayerNormGrad":       func() { LayerNormGrad(other, p.bias, p.bias, p.c, p.c, p.bias, sums, sums) },
			"AddRow":              func() { AddRow(p.c, p.c, p.bias) },
			"CrossEntropy":        func() { CrossEntropy(losses, p.c, p.c, targets) },
			"CrossEntropyGrad":    func() { CrossEntropyGrad(p.c, p.c, targets, losses) },
		}
		for _, op := range append(operations[float32](), transcendental[float32]()...) {
			calls[op.name] = func() { op.run(x, y, y, y, 2) }
		}
		for name, call := range calls {
			if got := testing.AllocsPerRun(20, call); got != 0 {
				t.Errorf("%s: %v allocations a call", name, got)
			}
		}
	})
}
