package update_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/graph/update"
)

// lengths are those around the sizes at which work is cut.
var lengths = []int{0, 1, 15, 16, 17, 1023, 1024, 1025, 1<<16 - 1, 1 << 16, 1<<16 + 1, 200_001}

// Catches elements that no call or two calls are made for, and cuts at which two
// goroutines write to one line of the cache.
func TestSplitCoversEveryElementOnce(t *testing.T) {
	for _, n := range lengths {
		for _, workers := range []int{0, 1, 2, 3, 7} {
			var mutex sync.Mutex
			calls := make([]int, n)
			update.Split(n, workers, func(from, to int) {
				mutex.Lock()
				defer mutex.Unlock()
				if from%update.Block != 0 {
					t.Errorf("%d elements, %d workers: a cut at %d", n, workers, from)
				}
				for i := from; i < to; i++ {
					calls[i]++
				}
			})
			if i := slices.IndexFunc(calls, func(c int) bool { return c != 1 }); i >= 0 {
				t.Errorf("%d elements, %d workers: %d calls for element %d", n, workers, calls[i], i)
			}
		}
	}
}

// Catches work that is not divided: with three workers, three calls wait for each other.
func TestSplitRunsAtTheSameTime(t *testing.T) {
	const workers = 3
	var all sync.WaitGroup
	all.Add(workers)
	update.Split(1<<18, workers, func(int, int) {
		all.Done()
		all.Wait()
	})
}

func randoms[F update.Float](seed uint64, n int) []F {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]F, n)
	for i := range x {
		x[i] = F(rng.NormFloat64())
	}
	return x
}

// onEveryPath runs a test on each path of the kernels that the processor has.
func onEveryPath(t *testing.T, test func(t *testing.T)) {
	fastest := kernel.Active()
	defer func() {
		if err := kernel.Use(fastest); err != nil {
			t.Fatal(err)
		}
	}()
	for path := kernel.Portable; path <= fastest; path++ {
		if err := kernel.Use(path); err != nil {
			t.Fatal(err)
		}
		t.Run(path.String(), test)
	}
}

// Catches a sum whose bits depend on the workers or on the instructions, one that adds in
// float32, and elements that are left out.
func TestSumOfSquares(t *testing.T) {
	t.Run("float32", testSumOfSquares[float32])
	t.Run("float64", testSumOfSquares[float64])
}

func testSumOfSquares[F update.Float](t *testing.T) {
	sums := map[int]float64{}
	onEveryPath(t, func(t *testing.T) {
		for _, n := range lengths {
			x := randoms[F](uint64(n), n)
			exact := 0.0
			for _, v := range x {
				exact += float64(v) * float64(v)
			}
			want, known := sums[n]
			if !known {
				want = update.SumOfSquares(x, 1)
				sums[n] = want
			}
			// Both add n numbers, of which no sum is larger than the last one.
			if bound := 2 * float64(n) * 0x1p-53 * exact; !(math.Abs(want-exact) <= bound) {
				t.Errorf("%d elements: %v, expected %v within %v", n, want, exact, bound)
			}
			for _, workers := range []int{0, 1, 2, 3, 5} {
				if got := update.SumOfSquares(x, workers); got != want {
					t.Errorf("%d elements, %d workers: %v, expected %v as the first time", n, workers, got, want)
				}
			}
		}
	})
}

// Catches a formula that is wrong, in either dtype, and bits that depend on the path or
// on where a slice is cut.
func TestArithmetic(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testArithmetic(t, func(x float64) float32 { return float32(x) }) })
	t.Run("float64", func(t *testing.T) { testArithmetic(t, func(x float64) float64 { return x }) })
}

func testArithmetic[F update.Float](t *testing.T, round func(float64) F) {
	const n, s = 77, 0.3
	x, y := randoms[F](1, n), randoms[F](2, n)
	for _, c := range []struct {
		name string
		do   func(y, x []F)
		want func(y, x float64) float64
	}{
		{"Add", update.Add[F], func(y, x float64) float64 { return y + x }},
		{"AddScaled", func(y, x []F) { update.AddScaled(y, s, x) }, func(y, x float64) float64 { return math.FMA(float64(F(s)), x, y) }},
		{"Scale", func(y, x []F) { update.Scale(y, s) }, func(y, x float64) float64 { return float64(F(s)) * y }},
		{"Clip", func(y, x []F) { update.Clip(y, s) }, func(y, x float64) float64 { return max(min(y, float64(F(s))), -float64(F(s))) }},
	} {
		onEveryPath(t, func(t *testing.T) {
			whole, cut := slices.Clone(y), slices.Clone(y)
			c.do(whole, x)
			c.do(cut[:13], x[:13])
			c.do(cut[13:], x[13:])
			for i := range whole {
				// The float64 result of float32 operands is exact or rounds to the same
				// float32, but for a double rounding, which these numbers do not meet.
				if want := round(c.want(float64(y[i]), float64(x[i]))); whole[i] != want || cut[i] != want {
					t.Errorf("%s: element %d is %v, cut %v, expected %v", c.name, i, whole[i], cut[i], want)
				}
			}
		})
	}
}

// Catches what is not finite and goes unnoticed, or is made finite.
func TestClipNoticesWhatIsNotFinite(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		x      []float64
		finite bool
	}{
		{[]float64{0, 2, -3}, true},
		{[]float64{inf, 0}, false},
		{[]float64{0, -inf}, false},
		{[]float64{nan, 5}, false},
	} {
		x := slices.Clone(c.x)
		if got := update.Clip(x, 1); got != c.finite {
			t.Errorf("%v: finite %t", c.x, got)
		}
	}
}

// Catches a step of Adam that depends on where slices are cut.
func TestAdamStepCut(t *testing.T) {
	const n = 1000
	factors := update.Adam{Beta1: 0.9, Rest1: 0.1, Beta2: 0.99, Rest2: 0.01, Correction: 3, Epsilon: 1e-8, Rate: 0.01}
	run := func(cuts ...int) []float32 {
		w, m, v, g := randoms[float32](1, n), randoms[float32](2, n), make([]float32, n), randoms[float32](3, n)
		from := 0
		for _, to := range append(cuts, n) {
			update.AdamStep(w[from:to], m[from:to], v[from:to], g[from:to], factors)
			from = to
		}
		return slices.Concat(w, m, v)
	}
	if !slices.Equal(run(), run(1, 5, 300, 999)) {
		t.Error("the bits depend on where the slices are cut")
	}
}

func Example() {
	w, g := []float32{1, 2, 3}, []float32{4, 0, -4}
	update.Split(len(w), 0, func(from, to int) {
		update.AddScaled(w[from:to], -0.25, g[from:to])
	})
	fmt.Printf("%.1f, Σg² = %v\n", w, update.SumOfSquares(g, 0))
	// Output: [0.0 2.0 4.0], Σg² = 32
}
