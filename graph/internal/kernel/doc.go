// Package kernel is the arithmetic on slices for the fused engine and for solvers:
// products of matrices, sums of outer products, elementwise functions, reductions,
// layer normalisation, softmax and the step of Adam.
//
// # Bits
//
// Every function has the same result, bit for bit, on every path: Go alone, SSE2, AVX,
// AVX2 with fused multiply-add, AVX-512. (Of a NaN only that it is one.) The best path
// of the processor is chosen when the program starts; the build tag purego leaves
// Go alone. That holds because nothing depends on the width of a register:
//
//   - An element of a product is one chain of fused multiply-adds, k ascending,
//     from zero, from a bias or from another matrix. Lanes and tiles divide the
//     elements of the result, never a chain.
//   - A reduction keeps 16 lanes in float64, element i in lane i mod 16, and joins
//     them by a fixed tree.
//   - Division and square root are correctly rounded; sigmoid, tanh, exp and log are
//     sequences of IEEE operations, the same in Go and in assembly.
//   - Where there is no fused multiply-add for float32, it is computed exactly from
//     float64. The assembly of SSE2 and AVX rounds twice and looks for the sums for
//     which that may be wrong: those half way between two float32 and subnormal ones.
//     A tile with such a sum is computed once more, with a look at whether the sum was
//     exact, and if that does not help, in Go.
//
// The transcendental functions of float64 are those of package math, whose bits
// may differ between architectures.
//
// # Layout
//
// The right operand of a product is [Packed]: cut into panels of 16 columns, each
// stored row after row, padded with zeros to a pair of panels. Its left operand is a
// list of pointers, [Rows], so that an embedding table or the outputs of many time
// steps need no copy:
//
//	                          panel 0   panel 1
//	                         ┌───16────┬───16────┐
//	                       k │ 0 1 … 15│         │   memory of a Packed with K rows:
//	                       ↓ │16 …     │         │   all K·16 numbers of panel 0,
//	                         │         │16K …    │   then those of panel 1, …
//	                         └─────────┴─────────┘
//	rows ──→ ┌── k → ──┐     ┌─────────┬─────────┐
//	pointer  │ a[i,·]  │     │  tile of the      │
//	pointer  │         │     │  result           │
//	pointer  └─────────┘     └───────────────────┘
//
// A tile of the result stays in registers while k advances. With AVX-512 it has up to
// 8 rows and 3 panels, or fewer rows and up to 6 panels; with AVX2 up to 6 rows and one
// panel, and more panels for fewer rows. Of a last panel with at most 8 columns only half is
// computed. One call of the assembly walks all tiles that share what is in the cache. A tile
// of one row is as fast as its panels come from memory, which [Packed16] halves: weights in
// bfloat16, widened on the way. With SSE2 and AVX a tile has up to 2 rows and one panel.
//
// The assembly, and the structs, tile sizes and coefficients that it has in common with Go, are
// written by the program in the folder asm, to package simd. Smaller assembly was tried: what
// it costs is in benchmarks/results/2026-11-29-kernel.md.
//
// The sums of outer products that make the gradients of weights, [SetOuters], read both
// operands where they are, as many rows at a time as stay in the second-level cache. Where
// rows are long they copy parts of both operands to panels first.
//
// The program in the folder roofline measures how close products of a recurrent cell come to
// what the machine allows, shape by shape.
//
// # Concurrency
//
// All functions may run at the same time on results that do not overlap. Dividing
// the work is the caller's: [Rows.Slice] divides a product by rows, [Rows.Columns]
// and [Packed.Columns] by columns; both keep the bits.
package kernel

//go:generate go run -C asm . -out ../simd/simd_amd64.s -stubs ../simd/simd_amd64.go -pkg simd -go ../simd
