package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

type matrix = kernel.Matrix[float32]

// product returns what computes the shape's product once, on operands of its own.
func (s Shape) product() func() {
	n := gates / s.Operands * s.H // columns of an operand of all gates
	rows := s.B
	if s.Kind == Weights {
		rows *= steps
	}
	hidden := random(rows, s.H)
	each := make([]matrix, s.Operands)
	for i := range each {
		each[i] = random(rows, n)
	}
	switch s.Kind {
	case Forward:
		return forward(each, hidden, pack(s.Operands, s.H, n))
	case Backward:
		return backward(hidden, each, pack(s.Operands, n, s.H))
	}
	weights := make([]matrix, s.Operands)
	for i := range weights {
		weights[i] = random(s.H, n)
	}
	h, z := kernel.RowsOf(hidden), rowsOf(each)
	return func() { kernel.SetOuters(weights, h, z) }
}

// forward returns the sum of every z and h·U.
func forward(z []matrix, h matrix, u []kernel.Packed[float32]) func() {
	rows := kernel.RowsOf(h)
	return func() {
		for i := range z {
			kernel.MulAdd(z[i], rows, u[i])
		}
	}
}

// backward returns the sum over all dz of dz·Uᵀ.
func backward(dh matrix, dz []matrix, u []kernel.Packed[float32]) func() {
	rows := rowsOf(dz)
	return func() {
		kernel.Mul(dh, rows[0], u[0])
		for i := 1; i < len(rows); i++ {
			kernel.MulAdd(dh, rows[i], u[i])
		}
	}
}

// smallestCall returns a product that does as little as possible.
func smallestCall() func() {
	return forward([]matrix{random(1, 1)}, random(1, 1), pack(1, 1, 1))
}

func rowsOf(all []matrix) []kernel.Rows[float32] {
	rows := make([]kernel.Rows[float32], len(all))
	for i, m := range all {
		rows[i] = kernel.RowsOf(m)
	}
	return rows
}

func pack(count, rows, cols int) []kernel.Packed[float32] {
	all := make([]kernel.Packed[float32], count)
	for i := range all {
		all[i] = kernel.NewPacked[float32](rows, cols)
		all[i].Pack(random(rows, cols))
	}
	return all
}

// small are numbers near zero, so that no sum overflows however often it is added to.
var small = func() []float32 {
	rng := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, 1<<12)
	for i := range x {
		x[i] = float32(rng.NormFloat64()) / 1024
	}
	return x
}()

// random returns a matrix of small numbers.
func random(rows, cols int) matrix {
	m := matrix{Data: make([]float32, rows*cols), Rows: rows, Cols: cols}
	for rest := m.Data; len(rest) > 0; {
		rest = rest[copy(rest, small):]
	}
	return m
}

// turnNS is how long a turn of equal calls takes at least, turns how many there are.
const (
	turnNS = 50_000
	turns  = 5
)

// fastest returns the shortest time of f in ns, of some turns of calls one after the
// other: the one that other programs on the machine disturbed least.
func fastest(f func()) float64 {
	calls := 1
	best := math.Inf(1)
	for turn := 0; turn < turns; {
		start := time.Now()
		for range calls {
			f()
		}
		ns := float64(time.Since(start).Nanoseconds())
		if ns < turnNS { // too few calls for the clock, and caches may be cold
			calls *= 2
			continue
		}
		best = min(best, ns/float64(calls))
		turn++
	}
	return best
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
