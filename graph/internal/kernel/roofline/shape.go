package main

import "math"

// A Kind is one of the products of a recurrent cell with four gates. H is the hidden
// size, B the batch size, T the time steps, z what goes into the gates.
type Kind string

const (
	Forward  Kind = "h·U"   // B×H times H×4H, added to B×4H
	Backward Kind = "dz·Uᵀ" // B×4H times 4H×H
	Weights  Kind = "hᵀ·dz" // the gradient of U: TB rows of H and of 4H
)

var kinds = []Kind{Forward, Backward, Weights}

const (
	gates = 4
	steps = 20 // T
)

// A Shape is a product to measure.
type Shape struct {
	Kind     Kind
	Operands int // 4, one for each gate, as the engine has them, or 1 for all gates
	H, B     int
}

// flops returns the floating-point operations of the product.
func (s Shape) flops() int {
	n := 2 * s.B * s.H * gates * s.H
	if s.Kind == Weights {
		n *= steps
	}
	return n
}

// bytes returns how many bytes have to pass at least: every number of each operand once,
// and of a result that is added to twice. Right is the part of the right operand, packed or
// to be packed, without padding.
func (s Shape) bytes() (right, all int) {
	const size = 4 // of a float32
	weights, hidden, gate := gates*s.H*s.H*size, s.B*s.H*size, gates*s.B*s.H*size
	switch s.Kind {
	case Forward:
		return weights, weights + hidden + 2*gate
	case Backward:
		return weights, weights + gate + hidden
	}
	return steps * gate, steps*(gate+hidden) + weights
}

// calls returns how many calls of the kernel the product takes.
func (s Shape) calls() int {
	if s.Kind == Weights {
		return 1
	}
	return s.Operands
}

// roof returns the least time of the product on the machine, in ns:
//
//	max(operations / peak, bytes / speed of the level that holds the right operand)
//
// and the same with the time of the smallest call for each call added.
func (s Shape) roof(m *Machine) (without, with float64) {
	right, all := s.bytes()
	without = max(float64(s.flops())/m.GFLOPS, float64(all)/m.level(right).GBPS)
	return without, without + float64(s.calls())*m.CallNS
}

// A Result is a measured shape.
type Result struct {
	Shape
	NS                float64 // of the product
	RoofNS, RoofCalls float64 // the roof without and with calls
}

func (r Result) gflops() float64     { return float64(r.flops()) / r.NS }
func (r Result) roofGFLOPS() float64 { return float64(r.flops()) / r.RoofNS }

// share and shareCalls return what part of the roof is reached.
func (r Result) share() float64      { return r.RoofNS / r.NS }
func (r Result) shareCalls() float64 { return r.RoofCalls / r.NS }

// A Summary counts the results of a kind.
type Summary struct {
	Shapes             int
	Under, UnderCalls  int     // how many are under the floor
	Least, LeastCalls  Result  // the worst one, without and with calls
	Median             float64 // of the shares
	LargestH, HOfCalls int     // the largest H of one under the floor; 0 if none is
}

func summarize(results []Result, floor float64) Summary {
	s := Summary{Shapes: len(results)}
	least, leastCalls := math.Inf(1), math.Inf(1)
	var shares []float64
	for _, r := range results {
		shares = append(shares, r.share())
		if r.share() < least {
			least, s.Least = r.share(), r
		}
		if r.shareCalls() < leastCalls {
			leastCalls, s.LeastCalls = r.shareCalls(), r
		}
		if r.share() < floor {
			s.Under++
			s.LargestH = max(s.LargestH, r.H)
		}
		if r.shareCalls() < floor {
			s.UnderCalls++
			s.HOfCalls = max(s.HOfCalls, r.H)
		}
	}
	s.Median = median(shares)
	return s
}
