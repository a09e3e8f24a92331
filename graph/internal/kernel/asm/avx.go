package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avxTiles writes the fast tiles for AVX alone, which has no fused multiply-add either: as those of
// SSE2, four float64 in a register.
func avxTiles() {
	for rows := 1; rows <= 2; rows++ {
		avxTile(rows)
	}
}

func avxTile(rows int) {
	status := beginTile(fmt.Sprintf("tile%dAVX", rows), rows)
	flags := YMM()
	VXORPS(flags, flags, flags)
	sums := Load(Param("sums"), GP64())
	acc := make([][]vec, rows)
	for i := range acc {
		for u := 0; u < panelCols; u += 4 {
			r := YMM()
			VCVTPS2PD(Mem{Base: sums, Disp: panelBytes*i + 4*u}, r)
			acc[i] = append(acc[i], r)
		}
	}
	count, step, b := Load(Param("k"), GP64()), Load(Param("step"), GP64()), Load(Param("b"), GP64())
	left := leftPointers(rows)

	Label("loop")
	a := make([]vec, rows)
	for i, pointer := range left {
		x := XMM()
		VBROADCASTSS(Mem{Base: pointer}, x)
		a[i] = YMM()
		VCVTPS2PD(x, a[i])
		ADDQ(step, pointer)
	}
	var other vec // a sum whose ties are noted with those of the next one
	for u := range panelCols / 4 {
		y := YMM()
		VCVTPS2PD(Mem{Base: b, Disp: 16 * u}, y)
		for i := range rows {
			s, rounded := YMM(), XMM()
			VMULPD(y, a[i], s)
			VADDPD(acc[i][u], s, s)
			VCVTPD2PSY(s, rounded)
			VCVTPS2PD(rounded, acc[i][u])
			if other == nil {
				other = s
				continue
			}
			noteTiesAVX(other, s, flags)
			other = nil
		}
	}
	ADDQ(U8(panelBytes), b)
	DECQ(count)
	JNZ(LabelRef("loop"))

	for i := range acc {
		for u, r := range acc[i] {
			rounded := XMM()
			VCVTPD2PSY(r, rounded)
			VMOVUPS(rounded, Mem{Base: sums, Disp: panelBytes*i + 16*u})
		}
	}
	noted, found := GP32(), GP64()
	VMOVMSKPS(flags, noted)
	VZEROUPPER()
	XORQ(found, found)
	report(noted, tieFound|redo, found)
	endTile(status, found)
}

// noteTiesAVX notes where one of the float64 numbers in x and y ends like a tie. There are no
// integers of this width: with all other bits set, such a lower word is a certain number.
func noteTiesAVX(x, y, flags vec) {
	const others = 7 << 29
	VSHUFPS(U8(0x88), y, x, x) // the lower words
	VORPS(word(others), x, x)
	VCMPPS(U8(equal), number(math.Float32frombits(others|1<<28)), x, x)
	VORPS(x, flags, flags)
}

// leftPointers returns the pointers to the rows of the left operand.
func leftPointers(rows int) (left []reg.Register) {
	for i := range rows {
		left = append(left, Load(Param(fmt.Sprintf("a%d", i)), GP64()))
	}
	return left
}
