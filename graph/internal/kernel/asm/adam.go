package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// adam writes one step of Adam, in the order of operations of the portable version
// in package kernel.
func adam(v vectors) {
	TEXT("adam"+v.suffix, NOSPLIT, "func(w, m, v, g []float32, c *[7]float32)")
	Pragma("noescape")
	c := Load(Param("c"), GP64())
	coefficient := v.registers(7)
	for k, r := range coefficient {
		VBROADCASTSS(Mem{Base: c, Disp: 4 * k}, r)
	}
	beta1, rest1, beta2, rest2 := coefficient[0], coefficient[1], coefficient[2], coefficient[3]
	correction, epsilon, rate := coefficient[4], coefficient[5], coefficient[6]

	v.sweep([]string{"w", "m", "v", "g"}, []string{"w", "m", "v"}, func(in []vec) []vec {
		w, m1, m2, g := in[0], in[1], in[2], in[3]
		x := v.register()
		VMULPS(g, rest1, x)
		VFMADD213PS(x, beta1, m1) // m = β₁·m + (1-β₁)·g
		VMULPS(g, g, g)
		VMULPS(g, rest2, g)
		VFMADD213PS(g, beta2, m2) // v = β₂·v + (1-β₂)·g²
		VMULPS(m2, correction, x)
		VSQRTPS(x, x)
		VADDPS(epsilon, x, x)
		VMULPS(m1, rate, g)
		VDIVPS(x, g, x)
		VSUBPS(x, w, w)
		return []vec{w, m1, m2}
	})
	VZEROUPPER()
	RET()
}
