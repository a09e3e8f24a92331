package main

import (
	"fmt"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// adamFactors are the places of the factors.
var adamFactors = places("Adam", "Beta1", "Rest1", "Beta2", "Rest2", "Correction", "Epsilon", "Rate")

// adam writes one step of Adam, in the order of operations of the portable version
// in package kernel.
func adam(v vectors) {
	v.beginSweep("adam", fmt.Sprintf("w, m, v, g []float32, c *[%d]float32", len(adamFactors)))
	c := Load(Param("c"), GP64())
	factors := v.registers(len(adamFactors))
	for k, r := range factors {
		v.broadcastTo(Mem{Base: c, Disp: 4 * k}, r)
	}
	factor := func(name string) vec { return factors[slices.Index(adamFactors, name)] }
	beta1, rest1, beta2, rest2 := factor("Beta1"), factor("Rest1"), factor("Beta2"), factor("Rest2")
	correction, epsilon, rate := factor("Correction"), factor("Epsilon"), factor("Rate")

	v.sweep([]string{"w", "m", "v", "g"}, []string{"w", "m", "v"}, func(in []vec) []vec {
		w, m1, m2, g := in[0], in[1], in[2], in[3]
		x := v.register()
		v.mul(g, rest1, x)
		v.multiplyAdd(x, beta1, m1) // m = β₁·m + (1-β₁)·g
		v.mul(g, g, g)
		v.mul(g, rest2, g)
		v.multiplyAdd(g, beta2, m2) // v = β₂·v + (1-β₂)·g²
		v.mul(m2, correction, x)
		v.sqrt(x, x)
		v.add(epsilon, x, x)
		v.mul(m1, rate, g)
		v.div(x, g, x)
		v.sub(x, w, w)
		return []vec{w, m1, m2}
	})
}
