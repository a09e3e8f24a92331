// Package graphgen draws random graphs and checks that all ways to compute them agree.
//
// A graph is a [Program]: statements, each a call of a method of graph.Builder, as data. [Draw]
// draws the one of a seed from the table of operations and from patterns that models have: sums
// of products, a weight and its transpose, views of views, lookups, recurrences of random cells.
// Sizes are small, and now and then those of the blocks that kernels work in.
//
// [Program.Check] compares the reference engine with plain loops in float64, its gradients with
// central differences of these, and then each [Variant] with it: the fused engine in either
// format, without a pass, for inference, frozen and thawed, in bfloat16, behind graph.Accelerate;
// several workers to the bit. Every machine runs several times, in worlds of other inputs and
// parameters, and must come to the same bits when a world returns. Values stay where they are well
// conditioned: [Draw] leaves out statements whose result rounding decides.
//
// A [Failure] is made small by [Minimise] and printed as a text, which [Parse] reads again. A
// [Table] counts which operations were met, and which rewrites.
//
// To add an operation, add a row in operations.go.
package graphgen
