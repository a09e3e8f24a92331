// Command asm writes the assembly of package kernel: every kernel twice, for
// AVX2 with FMA and for AVX-512, from one description each.
//
// Run it with "go generate" in the folder above. Its output is checked in, so
// that only who changes a kernel needs this module and its dependencies.
package main

import . "github.com/mmcloughlin/avo/build"

func main() {
	ConstraintExpr("!purego")
	for _, v := range []vectors{avx2, avx512} {
		products(v)
		doubles(v)
		packing(v)
		elementwise(v)
		activations(v)
		reductions(v)
		expSum(v)
		sumRows(v)
		sumProducts(v)
		adam(v)
		peak(v)
		read(v)
	}
	sse2Tiles()
	Generate()
}
