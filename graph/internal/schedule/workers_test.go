package schedule

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
)

// A touch that waits for another which is not looked at, because it lies in other cells: a
// worker would read what another is writing.
func TestTouchedFindsEveryConflict(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	conflicts := 0
	for range 2000 {
		all := &touched{cells: map[cell][]exec.Touch{}}
		var before []exec.Touch
		for range rng.IntN(12) {
			x := randomTouch(rng)
			all.add(x)
			before = append(before, x)
		}
		x := randomTouch(rng)
		want := slices.ContainsFunc(before, func(b exec.Touch) bool { return waits(x, b) })
		if got := all.conflict(x); got != want {
			t.Fatalf("%+v after %+v: conflict %v, want %v", x, before, got, want)
		}
		if want {
			conflicts++
		}
	}
	if conflicts < 200 || conflicts > 1800 {
		t.Errorf("%d conflicts in 2000: the test shows nothing", conflicts)
	}
}

// randomTouch returns a touch of some rows of a matrix of (32, 4), some columns or all.
func randomTouch(rng *rand.Rand) exec.Touch {
	rows := 1 << rng.IntN(4)
	p := exec.Place{Rows: 32, Cols: 4, Stride: 4}.RowsOf(rng.IntN(33-rows), rows)
	if rng.IntN(3) == 0 {
		p = p.ColumnsOf(rng.IntN(2), 1+rng.IntN(3))
	}
	return exec.Touch{Place: p, Write: rng.IntN(3) == 0, Aligned: rng.IntN(2) == 0}
}
