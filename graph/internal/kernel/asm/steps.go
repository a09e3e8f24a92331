package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The methods below are the steps of elementwise functions, one instruction each with AVX2 and
// AVX-512. As in the assembly of Go the second operand comes first: sub(b, a, r) is r = a - b. The
// first operand may be in memory.

func (v vectors) add(b, a, r Op) { v.step(VADDPS, ADDPS, b, a, r) }
func (v vectors) sub(b, a, r Op) { v.step(VSUBPS, SUBPS, b, a, r) }
func (v vectors) mul(b, a, r Op) { v.step(VMULPS, MULPS, b, a, r) }
func (v vectors) div(b, a, r Op) { v.step(VDIVPS, DIVPS, b, a, r) }
func (v vectors) min(b, a, r Op) { v.step(VMINPS, MINPS, b, a, r) } // a < b ? a : b
func (v vectors) max(b, a, r Op) { v.step(VMAXPS, MAXPS, b, a, r) } // a > b ? a : b

func (v vectors) and(b, a, r Op)    { v.step(VANDPS, ANDPS, b, a, r) }
func (v vectors) or(b, a, r Op)     { v.step(VORPS, ORPS, b, a, r) }
func (v vectors) xor(b, a, r Op)    { v.step(VXORPS, XORPS, b, a, r) }
func (v vectors) addInt(b, a, r Op) { v.step(VPADDD, PADDL, b, a, r) }
func (v vectors) subInt(b, a, r Op) { v.step(VPSUBD, PSUBL, b, a, r) }

func (v vectors) shiftLeft(n, a, r Op)  { v.step(VPSLLD, PSLLL, n, a, r) }
func (v vectors) shiftRight(n, a, r Op) { v.step(VPSRAD, PSRAL, n, a, r) }

// step emits one instruction, or with SSE2, whose instructions overwrite an operand, what has
// the same effect.
func (v vectors) step(avx func(...Op), sse func(b, r Op), b, a, r Op) {
	switch {
	case v.lanes > 4:
		avx(b, a, r)
	case r == b && r != a:
		t := v.copyOf(a)
		sse(b, t)
		MOVAPS(t, r)
	default:
		if r != a {
			MOVAPS(a, r)
		}
		sse(b, r)
	}
}

// sqrt sets r to the square roots of a.
func (v vectors) sqrt(a, r Op) {
	if v.lanes == 4 {
		SQRTPS(a, r)
	} else {
		VSQRTPS(a, r)
	}
}

// toFloat sets r to the integers in a as numbers.
func (v vectors) toFloat(a, r Op) {
	if v.lanes == 4 {
		CVTPL2PS(a, r)
	} else {
		VCVTDQ2PS(a, r)
	}
}

// multiplyAdd sets a to a·b + c.
func (v vectors) multiplyAdd(c, b, a Op) {
	if v.lanes == 4 {
		fusedSSE2(a, b, c, a, false)
	} else {
		VFMADD213PS(c, b, a)
	}
}

// addProduct sets c to a·b + c.
func (v vectors) addProduct(a, b, c Op) {
	if v.lanes == 4 {
		fusedSSE2(a, b, c, c, false)
	} else {
		VFMADD231PS(a, b, c)
	}
}

// multiplyAddCoarse and addProductCoarse are for numbers that may have few bits, as numbers from
// outside, powers of two and differences have.
func (v vectors) multiplyAddCoarse(c, b, a Op) {
	if v.lanes == 4 {
		fusedSSE2(a, b, c, a, true)
	} else {
		v.multiplyAdd(c, b, a)
	}
}

func (v vectors) addProductCoarse(a, b, c Op) {
	if v.lanes == 4 {
		fusedSSE2(a, b, c, c, true)
	} else {
		v.addProduct(a, b, c)
	}
}
