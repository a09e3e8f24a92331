// Command asm writes package simd: the assembly of package kernel, every kernel twice, for
// AVX2 with FMA and for AVX-512, from one description each, and the products for SSE2; and the
// structs, tables and numbers that Go and the assembly have in common.
//
// Run it with "go generate" in the folder above. Its output is checked in, so
// that only who changes a kernel needs this module and its dependencies.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	dir := flag.String("go", "", "folder for the files of Go")
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
	avxTiles()
	elementwiseSSE2()
	Generate()
	if err := writeShared(*dir); err != nil {
		log.Fatal(err)
	}
}
