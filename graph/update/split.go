package update

import (
	"runtime"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/graph/internal/workers"
)

const (
	// Block is how many elements the arithmetic of several functions should be done
	// on at a time: four slices of so many float32 fit the first-level cache, so that
	// each goes through memory once.
	Block = 1024

	// share is how many elements are worth a goroutine of their own.
	share = 1 << 15

	// piece is how many elements are summed in one go by SumOfSquares.
	piece = 1 << 16
)

// Split calls f for ranges that together are the numbers from 0 to n, on up to workers
// goroutines at the same time, and returns when all calls have. If workers is 0, there
// are as many as there are processors; short ranges are not divided further.
func Split(n, workers int, f func(from, to int)) {
	split(n, goroutines(n, workers), f)
}

func split(n, parts int, f func(from, to int)) {
	if parts == 1 {
		f(0, n)
		return
	}
	pool := workers.Take(parts - 1)
	defer pool.Free()
	pool.Call(func(k int) { f(bound(n, k, parts), bound(n, k+1, parts)) })
	f(0, bound(n, 1, parts))
	pool.Wait()
}

func goroutines(n, workers int) int {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return max(1, min(workers, n/share))
}

// bound returns where range k of n elements starts, on the boundary of a block, so that
// no two goroutines write to one line of the cache.
func bound(n, k, workers int) int {
	if k == workers {
		return n
	}
	return n / Block * k / workers * Block
}

// SumOfSquares returns Σ x², added in float64 in an order that depends on len(x) alone.
// The work is divided as by [Split].
func SumOfSquares[F Float](x []F, workers int) float64 {
	if len(x) <= piece {
		return kernel.Dot(x, x)
	}
	sums := make([]float64, (len(x)+piece-1)/piece)
	Split(len(x), workers, func(from, to int) {
		for k := (from + piece - 1) / piece; k*piece < to; k++ {
			part := x[k*piece : min((k+1)*piece, len(x))]
			sums[k] = kernel.Dot(part, part)
		}
	})
	total := 0.0
	for _, s := range sums {
		total += s
	}
	return total
}
