package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// elementwiseSSE2 writes the elementwise functions of SSE2: those that a training spends its time
// on. They return how many elements they have done.
func elementwiseSSE2() {
	elementwise(sse2)
	activations(sse2)
	adam(sse2)
}

// doubts are what a function with SSE2 remembers of the sums that it does not know.
type doubts struct {
	noted  vec  // where there is one
	used   bool // whether there may be one
	status Mem
}

// doubted are those of the function that is being written.
var doubted doubts

// beginDoubts emits what is done before the first sum. The other instruction sets have no doubts.
func (v vectors) beginDoubts() *doubts {
	doubted = doubts{}
	if v.lanes == 4 {
		doubted = doubts{noted: v.zero(), status: AllocLocal(8)}
		clearUnderflow(doubted.status)
	}
	return &doubted
}

// leave emits a jump to the label if there is a doubt.
func (d *doubts) leave(label string) {
	if !d.used {
		return
	}
	found := GP32()
	PMOVMSKB(d.noted, found)
	TESTL(found, found)
	JNZ(LabelRef(label))
	STMXCSR(d.status)
	TESTL(U32(underflowFlag), d.status)
	JNZ(LabelRef(label))
}

// fusedSSE2 sets r to a·b + c where that is rounded once, and otherwise notes a doubt. If the
// operands are coarse, of few bits, a sum often ends like a tie, and whether it is one is looked at.
func fusedSSE2(a, b, c, r Op, coarse bool) {
	doubted.used = true
	var s [2]vec
	wide := map[Op]vec{} // constants
	for half := range s {
		x, y, z := wideSSE2(a, half, wide), wideSSE2(b, half, wide), wideSSE2(c, half, wide)
		product := sse2.copyOf(x)
		MULPD(y, product)
		if coarse {
			s[half] = carefulSum(product, z, doubted.noted)
		} else {
			s[half] = product
			ADDPD(z, product)
		}
	}
	low, high := XMM(), XMM()
	CVTPD2PS(s[0], low)
	CVTPD2PS(s[1], high)
	if !coarse {
		noteTies(s[0], s[1], doubted.noted)
	}
	MOVLHPS(high, low)
	MOVAPS(low, r)
}

// wideSSE2 returns the lower or the upper two numbers of x as float64. In memory there are only
// constants, which are all the same: it keeps those in wide.
func wideSSE2(x Op, half int, wide map[Op]vec) vec {
	if r, ok := wide[x]; ok {
		return r
	}
	r := XMM()
	if _, ok := x.(Mem); ok {
		wide[x] = r
	} else if half == 1 {
		PSHUFD(U8(0xee), x, r)
		x = r
	}
	CVTPS2PD(x, r)
	return r
}
