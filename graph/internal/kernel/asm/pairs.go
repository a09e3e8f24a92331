package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// pairPanels is gridPanels for weights of 16 bits, which take more registers than wide ones and
// fewer bytes.
var pairPanels = tiles("PairPanels", map[vectors][]int{
	avx2:   {1: 4, 2, 1, 1},
	avx512: {1: 4, 3, 3, 3},
})

// upperHalf is the bits of a word that hold the number k+1 of a pair.
const upperHalf = 0xffff0000

// pairOperand emits the loop for a left operand of rows and a right one of pairs: a
// word holds the upper halves of number k, in its low bits, and of number k+1. An
// odd k leaves one half at the end.
func pairOperand(s tileShape, acc [][]vec) {
	defer s.hold([]uint32{upperHalf})()
	index, a := leftRows(len(acc))
	b := frameB.load()
	right := s.at(b, fieldBStep.load())

	ADDQ(U8(2), index) // so that the loop ends with 2, or with 1 for an odd k
	JG(LabelRef("odd" + s.name))
	Label("loop" + s.name)
	s.addPairs(acc, a, right, 2)
	ADDQ(U8(panelBytes), b)
	ADDQ(U8(2), index)
	JLE(LabelRef("loop" + s.name))
	Label("odd" + s.name)
	CMPQ(index, U8(1))
	JNE(LabelRef("end" + s.name))
	s.addPairs(acc, a, right, 1)
	Label("end" + s.name)
}

// addPairs emits one or two steps of all sums, for numbers of the left operand two
// places before a.
func (s tileShape) addPairs(acc [][]vec, a, b []Mem, steps int) {
	number := func(i, step int) vec { return s.broadcast(a[i].Offset(4 * (step - 2))) }
	if len(a) < len(b) { // keep the shorter operand in registers
		var x [][2]vec
		for i := range a {
			x = append(x, [2]vec{number(i, 0), number(i, steps-1)})
		}
		for j, c := range s.columns {
			for step, y := range c.halves(b[j], steps) {
				for i := range a {
					VFMADD231PS(y, c.of(x[i][step]), acc[i][j])
				}
			}
		}
		return
	}
	var y [][]vec
	for j, c := range s.columns {
		y = append(y, c.halves(b[j], steps))
	}
	for step := range steps {
		for i := range a {
			x := number(i, step)
			for j, c := range s.columns {
				VFMADD231PS(y[j][step], c.of(x), acc[i][j])
			}
		}
	}
}

// halves returns the low halves of the words at m as numbers, and the high ones if
// both are asked for.
func (c column) halves(m Mem, count int) []vec {
	high := c.load(m)
	low := c.register()
	VPSLLD(U8(16), high, low)
	if count == 1 {
		return []vec{low}
	}
	mask := word(upperHalf)
	if r, ok := mask.(vec); ok {
		mask = c.of(r)
	}
	VANDPS(mask, high, high)
	return []vec{low, high}
}
