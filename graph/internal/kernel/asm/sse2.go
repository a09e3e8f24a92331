package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// SSE2, which every amd64 processor has, knows no fused multiply-add. The tiles below compute it
// from float64, two numbers in a register: the product of two float32 is exact there, and their
// sum with a third one, s, is rounded to 53 bits. Rounding s to 24 bits gives what rounding the
// exact sum once would, but where s lies half way between two float32 and is not exact. These
// cases are not mended here but found: the function says that the tile has one, and is computed
// another way.
//
//   - Above the subnormals, a number that lies half way ends in a one and 28 zeros. A 1 and then
//     zeros only is what is left of its lower word, shifted by 3 bits.
//   - Below, it raises the flag of underflow when it is rounded, like all that is not exact.
var (
	tieFound = integer("TieFound", 1, "the bit of the result that there was a number that ends so")
	redo     = integer("Redo", 2, "the bit of the result that the sums may be wrong")
)

const underflowFlag = 1 << 4 // of the register MXCSR

// sse2Tile is what is emitted for a tile of SSE2.
type sse2Tile struct {
	name    string
	rows    int
	columns int // of one pass by the panel: the tile has passes until there are 16
	careful bool
}

// sse2Tiles writes the tiles. The fast ones take every tie for an error. The careful one, which is
// half as fast, looks whether the sum before it was exact, as it mostly is where the operands have
// few bits: in x + 1, for instance.
func sse2Tiles() {
	sse2Tile{name: "tile1SSE2", rows: 1, columns: 16}.write()
	sse2Tile{name: "tile2SSE2", rows: 2, columns: 8}.write()
	sse2Tile{name: "tileCarefulSSE2", rows: 1, columns: 8, careful: true}.write()
}

// write writes the function.
func (t sse2Tile) write() {
	status := beginTile(t.name, t.rows)
	flags, failed := sse2.zero(), XMM()
	if t.careful {
		failed = sse2.zero()
	}
	sums, b := Load(Param("sums"), GP64()), Load(Param("b"), GP64())
	for pass := range panelCols / t.columns {
		t.pass(fmt.Sprintf("loop%d", pass), pass, sums, b, flags, failed)
	}

	found := GP64()
	XORQ(found, found)
	noted := func(mask vec) reg.Register {
		r := GP32()
		PMOVMSKB(mask, r)
		return r
	}
	if t.careful {
		report(noted(flags), tieFound, found)
		report(noted(failed), redo, found)
	} else {
		report(noted(flags), tieFound|redo, found)
	}
	endTile(status, found)
}

// beginTile begins a function of a tile of so many rows, whose sums are rows of 16 numbers that it
// adds to. Number (i, k) of the left operand is k steps, in bytes, behind the i-th pointer; b is
// a panel.
func beginTile(name string, rows int) (status Mem) {
	pointers := "a0"
	if rows == 2 {
		pointers = "a0, a1"
	}
	begin(name, fmt.Sprintf("func(sums *[%d]float32, k int, %s *float32, step int, b *float32) (found int)", panelCols*rows, pointers))
	status = AllocLocal(8)
	clearUnderflow(status)
	return status
}

// report emits what adds the bits of what to found if a bit is set in noted.
func report(noted reg.Register, what int, found reg.Register) {
	NEGL(noted)
	SBBL(noted, noted) // ones if there was one
	ANDL(U8(what), noted)
	ORQ(noted.(reg.GPVirtual).As64(), found)
}

// endTile ends the function. An underflow is a reason to redo the tile.
func endTile(status Mem, found reg.Register) {
	STMXCSR(status)
	flag := GP32()
	MOVL(status, flag)
	ANDL(U8(underflowFlag), flag)
	SHRL(U8(bits.Len(underflowFlag)-bits.Len(uint(redo))), flag)
	ORQ(flag.As64(), found)
	Store(found, ReturnIndex(0))
	RET()
}

// clearUnderflow emits what clears the flag of underflow, which it rarely has to.
func clearUnderflow(status Mem) {
	STMXCSR(status)
	TESTL(U32(underflowFlag), status)
	JZ(LabelRef("clear"))
	ANDL(I32(^underflowFlag), status)
	LDMXCSR(status)
	Label("clear")
}

// pass emits the loop over k for some columns of the panel.
func (t sse2Tile) pass(loop string, pass int, sums, b reg.Register, flags, failed vec) {
	units := t.columns / 2
	offset := 4 * t.columns * pass
	acc := make([][]vec, t.rows)
	for i := range acc {
		for u := range units {
			r := XMM()
			CVTPS2PD(Mem{Base: sums, Disp: panelBytes*i + offset + 8*u}, r)
			acc[i] = append(acc[i], r)
		}
	}
	count, step := Load(Param("k"), GP64()), Load(Param("step"), GP64())
	left := leftPointers(t.rows)
	right := GP64()
	MOVQ(b, right)
	Label(loop)
	a := make([]vec, t.rows)
	for i, pointer := range left {
		a[i] = XMM()
		MOVSS(Mem{Base: pointer}, a[i])
		CVTSS2SD(a[i], a[i])
		UNPCKLPD(a[i], a[i])
		ADDQ(step, pointer)
	}
	for u := 0; u < units; u += 2 {
		y := [2]vec{XMM(), XMM()}
		for n, r := range y {
			CVTPS2PD(Mem{Base: right, Disp: offset + 8*(u+n)}, r)
		}
		for i := range t.rows {
			var s [2]vec
			for n := range s {
				product := y[n]
				if i+1 < t.rows {
					product = XMM()
					MOVAPD(y[n], product)
				}
				MULPD(a[i], product)
				s[n] = t.add(product, acc[i][u+n], failed)
				CVTPD2PS(s[n], acc[i][u+n])
				CVTPS2PD(acc[i][u+n], acc[i][u+n])
			}
			noteTies(s[0], s[1], flags)
		}
	}
	ADDQ(U8(panelBytes), right)
	DECQ(count)
	JNZ(LabelRef(loop))
	for i := range acc {
		for u, r := range acc[i] {
			CVTPD2PS(r, r)
			MOVSD(r, Mem{Base: sums, Disp: panelBytes*i + offset + 8*u})
		}
	}
}

// add returns the sum of the product and the number in c, rounded to float64. A careful tile
// notes in failed where the sum is not exact but ends like a tie.
func (t sse2Tile) add(product, c, failed vec) (sum vec) {
	if !t.careful {
		ADDPD(c, product)
		return product
	}
	return carefulSum(product, c, failed)
}

// carefulSum returns a + b, rounded to float64, and notes in failed where that is not exact but
// ends like a tie.
func carefulSum(a, b, failed vec) (sum vec) {
	sum = sse2.copyOf(a)
	ADDPD(b, sum)
	// Of the larger summand the difference from the sum is exact, so that the sum is if both
	// differences are the other summand.
	inexact, other := sse2.copyOf(sum), sse2.copyOf(sum)
	SUBPD(a, inexact)
	CMPPD(b, inexact, U8(notEqual))
	SUBPD(b, other)
	CMPPD(a, other, U8(notEqual))
	ORPD(other, inexact)
	ends := XMM()
	PSHUFD(U8(0xa0), sum, ends) // the lower words, twice
	PSLLL(U8(3), ends)
	PCMPEQL(tieWord(), ends)
	PAND(ends, inexact)
	POR(inexact, failed)
	return sum
}

// noteTies notes where one of the four float64 numbers in low and high ends like a tie. It
// overwrites low.
func noteTies(low, high, flags vec) {
	SHUFPS(U8(0x88), high, low) // the lower words
	PSLLL(U8(3), low)
	PCMPEQL(tieWord(), low)
	POR(low, flags)
}

// tieWord returns four words that are what is left of a tie.
func tieWord() Mem { return word(signBit).(Mem) }
