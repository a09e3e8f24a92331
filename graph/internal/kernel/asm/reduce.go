package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reductionLanes is the number of running results of a reduction: element i goes
// to lane i mod 16, whatever the width of the registers.
var reductionLanes = integer("ReductionLanes", 16, "running results of a reduction")

// reductions writes the functions that bring the lanes up to date with as many
// whole groups of 16 elements as there are; the rest and the lanes are the caller's.
func reductions(v vectors) {
	reduction(v, "sum", "a", "", 8, func(group []Mem, _, acc []vec) {
		for k, r := range acc {
			x := v.widen(group[0], k)
			VADDPD(x, r, r)
		}
	})
	reduction(v, "dot", "a b", "", 8, func(group []Mem, _, acc []vec) {
		for k, r := range acc {
			VFMADD231PD(v.widen(group[0], k), v.widen(group[1], k), r) // a·b is exact
		}
	})
	reduction(v, "squares", "a", "center", 8, func(group []Mem, scalar, acc []vec) {
		for k, r := range acc {
			x := v.widen(group[0], k)
			VSUBPD(scalar[0], x, x)
			VMULPD(x, x, x)
			VADDPD(x, r, r)
		}
	})
	reduction(v, "largest", "a", "", 4, func(group []Mem, _, acc []vec) {
		for k, r := range acc {
			m := group[0]
			m.Disp = 4 * v.lanes * k
			VMAXPS(r, v.load(m), r) // a > r ? a : r
		}
	})
}

// widen returns the k-th part of the group at m as float64.
func (v vectors) widen(m Mem, k int) reg.VecVirtual {
	m.Disp = 2 * v.lanes * k
	r := v.register()
	VCVTPS2PD(m, r)
	return r
}

// reduction writes a function of slices and of scalars in float64, over lanes of the
// given size in bytes.
func reduction(v vectors, name, inputs, scalars string, size int, body func(group []Mem, scalar, acc []vec)) {
	element := map[int]string{4: "float32", 8: "float64"}[size]
	slices := strings.Fields(inputs)
	parameters := fmt.Sprintf("lanes *[%d]%s, ", reductionLanes, element) + strings.Join(slices, ", ") + " []float32"
	for _, s := range strings.Fields(scalars) {
		parameters += ", " + s + " float64"
	}
	begin(name+v.suffix, "func("+parameters+")")
	lanes := Load(Param("lanes"), GP64())
	acc := v.registers(reductionLanes * size / (4 * v.lanes))
	for k, r := range acc {
		VMOVUPS(Mem{Base: lanes, Disp: 4 * v.lanes * k}, r)
	}
	var scalar []vec
	for _, s := range strings.Fields(scalars) {
		r := v.register()
		VBROADCASTSD(paramAddress(s), r)
		scalar = append(scalar, r)
	}
	n := Load(Param(slices[0]).Len(), GP64())
	i := GP64()
	XORQ(i, i)
	group := make([]Mem, len(slices))
	for k, s := range slices {
		group[k] = Mem{Base: Load(Param(s).Base(), GP64()), Index: i, Scale: 4}
	}
	SUBQ(U8(reductionLanes), n)
	JL(LabelRef("done"))
	Label("loop")
	body(group, scalar, acc)
	ADDQ(U8(reductionLanes), i)
	SUBQ(U8(reductionLanes), n)
	JGE(LabelRef("loop"))
	Label("done")
	for k, r := range acc {
		VMOVUPS(r, Mem{Base: lanes, Disp: 4 * v.lanes * k})
	}
	VZEROUPPER()
	RET()
}
