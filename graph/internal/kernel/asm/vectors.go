package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A vectors is an instruction set seen as vectors of float32. Most instructions
// have the same name and the same order of operands for both widths; the methods
// cover what differs.
type vectors struct {
	suffix string // ends the names of the functions
	lanes  int    // numbers in a register
}

var (
	sse2   = vectors{"SSE2", 4}
	avx2   = vectors{"AVX2", 8}
	avx512 = vectors{"AVX512", 16}
)

// register returns a new vector register.
func (v vectors) register() vec {
	switch v.lanes {
	case 16:
		return ZMM()
	case 8:
		return YMM()
	}
	return XMM()
}

// registers returns n new vector registers.
func (v vectors) registers(n int) []vec {
	r := make([]vec, n)
	for i := range r {
		r[i] = v.register()
	}
	return r
}

// load returns a register that holds the vector at m.
func (v vectors) load(m Mem) vec {
	r := v.register()
	v.move(m, r, false)
	return r
}

// broadcast returns a register whose lanes all hold the number at m.
func (v vectors) broadcast(m Mem) vec {
	r := v.register()
	v.broadcastTo(m, r)
	return r
}

// broadcastTo sets all lanes of r to the number at m.
func (v vectors) broadcastTo(m Mem, r vec) {
	if v.lanes == 4 {
		MOVSS(m, r)
		SHUFPS(U8(0), r, r)
		return
	}
	VBROADCASTSS(m, r)
}

// move loads r from m, or stores it there.
func (v vectors) move(m Mem, r vec, store bool) {
	if store {
		v.copyTo(r, m)
	} else {
		v.copyTo(m, r)
	}
}

// copyTo copies a vector, which is in memory or in a register.
func (v vectors) copyTo(from, to Op) {
	if v.lanes == 4 {
		MOVUPS(from, to)
	} else {
		VMOVUPS(from, to)
	}
}

// zero returns a register of zeros.
func (v vectors) zero() vec {
	r := v.register()
	v.xor(r, r, r)
	return r
}

// condition returns a new register for the result of a comparison: a mask
// register, or a vector register whose lanes are all ones or all zeros.
func (v vectors) condition() reg.Register {
	if v.lanes == 16 {
		return K()
	}
	return v.register()
}

// The comparisons of VCMPPS, in the order of its operands as written in Go: the
// second source, which may be in memory, comes first.
const (
	equal     = 0x00 // false for NaN
	less      = 0x11 // false for NaN
	lessEqual = 0x12 // false for NaN
	notEqual  = 0x04 // true for NaN
	unordered = 0x03 // true for NaN alone
)

// compare returns the condition "a predicate b".
func (v vectors) compare(a vec, predicate int, b Op) reg.Register {
	if v.lanes == 4 {
		c := v.copyOf(a)
		CMPPS(b, c, U8(predicate&^0x10)) // the bit that says whether quiet NaNs raise a flag
		return c
	}
	c := v.condition()
	VCMPPS(U8(predicate), b, a, c)
	return c
}

// choose returns a register with the lanes of yes where the condition holds and
// those of no elsewhere.
func (v vectors) choose(condition reg.Register, yes Op, no vec) vec {
	if v.lanes == 4 {
		r, rest := v.copyOf(condition), v.copyOf(condition)
		ANDPS(yes, r)
		ANDNPS(no, rest)
		ORPS(rest, r)
		return r
	}
	r := v.register()
	if v.lanes == 16 {
		VBLENDMPS(yes, no, condition, r)
	} else {
		VBLENDVPS(condition, yes, no, r)
	}
	return r
}

// tail returns the condition that the lane's number is less than n, for n from
// 1 to lanes. It overwrites n.
func (v vectors) tail(n reg.Register) reg.Register {
	c := v.condition()
	if v.lanes == 16 {
		one := GP64()
		MOVQ(n, reg.RCX)
		MOVQ(U32(1), one)
		SHLQ(reg.CL, one)
		DECQ(one)
		KMOVW(one.As32(), c)
		return c
	}
	VMOVUPS(tailMask(n), c)
	return c
}

// panelMasks returns the conditions for the vectors of a row of a panel that the
// column is less than n, for n from 1 to 16. It overwrites n.
func (v vectors) panelMasks(n reg.Register) []reg.Register {
	if v.lanes == 16 {
		return []reg.Register{v.tail(n)}
	}
	low, high := v.condition(), v.condition()
	mask := tailMask(n)
	VMOVUPS(mask, low)
	VMOVUPS(mask.Offset(4*v.lanes), high)
	return []reg.Register{low, high}
}

// loadTail is load for the lanes of the condition; the others become zero and
// their memory is not touched.
func (v vectors) loadTail(condition reg.Register, m Mem) vec {
	r := v.register()
	v.moveMasked(m, condition, r, false)
	return r
}

// moveMasked loads the lanes of the condition from m, and zero into the others, or
// stores them there. It does not touch the memory of the others.
func (v vectors) moveMasked(m Mem, condition reg.Register, r vec, store bool) {
	switch {
	case v.lanes == 16 && store:
		VMOVUPS(r, condition, m)
	case v.lanes == 16:
		VMOVUPS_Z(m, condition, r)
	case store:
		VMASKMOVPS(r, condition, m)
	default:
		VMASKMOVPS(m, condition, r)
	}
}

// constants remembers the constants written so far, by their bits.
var constants = map[uint32]Mem{}

// held are constants that registers hold in the function that is being written.
var held = map[uint32]vec{}

// hold emits what keeps constants in registers, where there are enough of those: from memory,
// each takes as long to load as a vector of numbers. It ends with the function that is returned.
func (v vectors) hold(bits []uint32) (end func()) {
	if v.lanes == 16 {
		for _, b := range bits {
			held[b] = v.copyOf(word(b))
		}
	}
	return func() { clear(held) }
}

// word returns a vector whose lanes all hold the given bits.
func word(bits uint32) Op {
	if r, ok := held[bits]; ok {
		return r
	}
	if m, ok := constants[bits]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("c%08x", bits), RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(bits))
	}
	constants[bits] = m
	return m
}

const (
	signBit   = 1 << 31
	magnitude = 1<<31 - 1 // all bits but the sign
)

// number returns a vector whose lanes all hold x.
func number(x float32) Op { return word(math.Float32bits(x)) }

var masks *Mem

// tailMask returns where 16 words begin, of which the first n are ones and the rest
// zeros. It overwrites n.
func tailMask(n reg.Register) Mem {
	if masks == nil {
		m := GLOBL("tailMasks", RODATA|NOPTR)
		for i := range 32 {
			DATA(4*i, U32(math.MaxUint32*(1-i/16)))
		}
		masks = &m
	}
	table := GP64()
	LEAQ(*masks, table)
	SHLQ(U8(2), n)
	SUBQ(n, table)
	return Mem{Base: table, Disp: 64}
}
