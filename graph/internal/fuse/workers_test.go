package fuse

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A touch that waits for another which is not looked at, because it lies in other cells: a
// worker would read what another is writing.
func TestTouchedFindsEveryConflict(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	conflicts := 0
	for range 2000 {
		all := &touched{cells: map[cell][]touch{}}
		var before []touch
		for range rng.IntN(12) {
			x := randomTouch(rng)
			all.add(x)
			before = append(before, x)
		}
		x := randomTouch(rng)
		want := slices.ContainsFunc(before, x.waitsFor)
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
func randomTouch(rng *rand.Rand) touch {
	rows := 1 << rng.IntN(4)
	p := place{rows: 32, cols: 4, stride: 4}.rowsOf(rng.IntN(33-rows), rows)
	if rng.IntN(3) == 0 {
		p = p.columnsOf(rng.IntN(2), 1+rng.IntN(3))
	}
	return touch{p, rng.IntN(3) == 0, rng.IntN(2) == 0}
}
