package update_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/seed-222a112c/lstm/graph/update"
)

// An embedding is a table of V rows of E numbers that Adam trains, either densely or, as
// ADR 7 describes it, by rows: a row whose gradient is zero is left behind, and its
// steps are made up for, to the same bits, when a batch is about to read it.
type embedding struct {
	w, m, v, g []float32
	done       []int         // up to which step each row is
	factors    []update.Adam // of every step so far
}

const embeddingSize = 128 // E

func newEmbedding(rows int) *embedding {
	n := rows * embeddingSize
	return &embedding{randoms[float32](1, n), make([]float32, n), make([]float32, n), make([]float32, n), make([]int, rows), make([]update.Adam, 1)}
}

// begin starts a step with a gradient for some rows.
func (e *embedding) begin(rows []int) {
	t := float64(len(e.factors))
	e.factors = append(e.factors, update.Adam{Beta1: 0.9, Rest1: 0.1, Beta2: 0.999, Rest2: 0.001, Epsilon: 1e-8,
		Correction: 1 / (1 - math.Pow(0.999, t)), Rate: 0.001 / (1 - math.Pow(0.9, t))})
	for _, r := range rows {
		for j := range embeddingSize {
			e.g[r*embeddingSize+j] = float32((r+j)%7-3) * 1e-3
		}
	}
}

func (e *embedding) update(from, to int, g []float32, f update.Adam) {
	update.AdamStep(e.w[from:to], e.m[from:to], e.v[from:to], g, f)
}

func (e *embedding) dense(workers int) {
	update.Split(len(e.w), workers, func(from, to int) {
		for ; from < to; from += update.Block {
			end := min(from+update.Block, to)
			e.update(from, end, e.g[from:end], e.factors[len(e.factors)-1])
			clear(e.g[from:end])
		}
	})
}

// byRows makes up for the steps that the rows have missed, and takes this one if it is
// theirs.
func (e *embedding) byRows(rows []int, theirs bool, workers int) {
	const each = 1 << 15 // so that few rows are worth a goroutine
	var zeros [embeddingSize]float32
	last := len(e.factors) - 1
	update.Split(len(rows)*each, workers, func(from, to int) {
		for _, r := range rows[from/each : to/each] {
			a, b := r*embeddingSize, (r+1)*embeddingSize
			for t := e.done[r] + 1; t < last || t == last && !theirs; t++ {
				e.update(a, b, zeros[:], e.factors[t])
			}
			if theirs {
				e.update(a, b, e.g[a:b], e.factors[last])
				clear(e.g[a:b])
			}
			e.done[r] = last
		}
	})
}

// touched draws distinct rows, with the probability of a row falling as 1/rank if zipf.
func touched(rng *rand.Rand, rows, n int, zipf bool) []int {
	set := map[int]bool{}
	for len(set) < n {
		r := rng.IntN(rows)
		if zipf {
			r = int(math.Pow(float64(rows), rng.Float64())) - 1
		}
		set[r] = true
	}
	var all []int
	for r := range set {
		all = append(all, r)
	}
	slices.Sort(all)
	return all
}

// every returns the numbers of all rows.
func (e *embedding) every() []int {
	all := make([]int, len(e.done))
	for r := range all {
		all[r] = r
	}
	return all
}

// Catches a comparison of two things that are not the same.
func TestDeferredStepsHaveTheSameBits(t *testing.T) {
	const rows = 50
	dense, deferred := newEmbedding(rows), newEmbedding(rows)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 40 {
		batch := touched(rng, rows, 5, true)
		dense.begin(batch)
		dense.dense(1)
		deferred.begin(batch)
		deferred.byRows(batch, true, 2)
	}
	if slices.Equal(dense.w, deferred.w) {
		t.Error("nothing was deferred")
	}
	deferred.byRows(deferred.every(), false, 2)
	if !slices.Equal(dense.w, deferred.w) || !slices.Equal(dense.m, deferred.m) || !slices.Equal(dense.v, deferred.v) {
		t.Error("the bits differ")
	}
}

// BenchmarkEmbedding compares the time of dense and of deferred steps of Adam, which take
// turns; that of the last read of all rows is divided among the steps.
func BenchmarkEmbedding(b *testing.B) {
	const rows, perStep = 20_000, 1000
	for _, zipf := range []bool{false, true} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("zipf=%t/workers=%d", zipf, workers), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 1))
				x, y := newEmbedding(rows), newEmbedding(rows)
				var dense, deferred []time.Duration
				for b.Loop() {
					batch := touched(rng, rows, perStep, zipf)
					x.begin(batch)
					y.begin(batch)
					dense = append(dense, timed(func() { x.dense(workers) }))
					deferred = append(deferred, timed(func() { y.byRows(batch, true, workers) }))
				}
				rest := timed(func() { y.byRows(y.every(), false, workers) })
				b.ReportMetric(median(dense), "dense-ms")
				b.ReportMetric(median(deferred), "deferred-ms")
				b.ReportMetric(rest.Seconds()*1e3/float64(len(dense)), "rest-ms")
			})
		}
	}
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

// median returns the median in milliseconds.
func median(d []time.Duration) float64 {
	slices.Sort(d)
	return d[len(d)/2].Seconds() * 1e3
}
