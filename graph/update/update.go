// Package update is the arithmetic of solvers on slices of numbers.
//
// Its functions run on the vector kernels of the processor, or in Go where there are
// none, with the same bits. None of them depends on how a slice is cut, so that a
// solver may divide its work among goroutines ([Split]) as it likes; the one sum over
// a slice ([SumOfSquares]) has an order of its own.
package update

import (
	"math"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/graph/internal/pages"
)

// A Float is a number of a parameter.
type Float interface {
	float32 | float64
}

// Adam holds the factors of one step of Adam, which are the same for all elements.
type Adam = kernel.AdamFactors

// Zeros returns n zeros for a solver to keep numbers in, in memory that is quick to read and
// write all of. It panics if n is negative.
func Zeros[F Float](n int) []F { return pages.Make[F](n) }

// AdamStep updates the moments m and v and the weights w with the gradient g:
//
//	m ← Beta1·m + Rest1·g
//	v ← Beta2·v + Rest2·g²
//	w ← w − Rate·m / (√(Correction·v) + Epsilon)
//
// The factors are rounded to F; the first two sums are fused multiply-adds, the root
// and the division are correctly rounded. It panics if the lengths differ.
func AdamStep[F Float](w, m, v, g []F, a Adam) { kernel.AdamUpdate(w, m, v, g, a) }

// Add sets y ← y + x. It panics if the lengths differ.
func Add[F Float](y, x []F) { kernel.Add(y, y, x) }

// AddScaled sets y ← y + s·x, rounded once, after s was rounded to F. It panics if the
// lengths differ.
func AddScaled[F Float](y []F, s float64, x []F) { kernel.ScaleAdd(y, x, y, F(s)) }

// Scale sets x ← s·x, after s was rounded to F.
func Scale[F Float](x []F, s float64) { kernel.Scale(x, x, F(s)) }

// Clip bounds x to the interval from −bound to bound, and reports whether all its
// elements were finite: it leaves what is not a number as it is.
func Clip[F Float](x []F, bound float64) (finite bool) {
	b := F(bound)
	finite = true
	for i, v := range x {
		switch {
		case v > b:
			x[i] = b
			finite = finite && !math.IsInf(float64(v), 0)
		case v < -b:
			x[i] = -b
			finite = finite && !math.IsInf(float64(v), 0)
		case v != v:
			finite = false
		}
	}
	return finite
}
