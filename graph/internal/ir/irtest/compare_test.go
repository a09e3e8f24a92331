package irtest

import (
	"math"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// A number that is not finite and that nobody notices, wherever it is; a difference that is taken
// for another one's, or for none.
func TestDifference(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	row := func(x ...float64) ir.Matrix { return ir.Matrix{Rows: 1, Cols: len(x), Data: x} }
	for _, c := range []struct {
		got, want []ir.Matrix
		worst     float64
		where     string
	}{
		{[]ir.Matrix{row(1, nan, -inf)}, []ir.Matrix{row(1, nan, -inf)}, 0, ""},
		{[]ir.Matrix{row(1, 2.5)}, []ir.Matrix{row(1, 2)}, 0.25, "output 0, element 1: 2.5, want 2"},
		{[]ir.Matrix{row(0.5, 0)}, []ir.Matrix{row(0, 0)}, 0.5, "output 0, element 0: 0.5, want 0"},
		{[]ir.Matrix{row(1, 2), row(1, 2, 5)}, []ir.Matrix{row(1, 3), row(1, 3, -4)}, 9.0 / 4, "output 1, element 2: 5, want -4"},
		{[]ir.Matrix{row(nan, 2), row(1)}, []ir.Matrix{row(1, 2.5), row(1.5)}, inf, "output 0, element 0: NaN, want 1"},
		{[]ir.Matrix{row(1, 2)}, []ir.Matrix{row(nan, 3)}, inf, "output 0, element 0: 1, want NaN"},
		{[]ir.Matrix{row(inf, 2)}, []ir.Matrix{row(-inf, 3)}, inf, "output 0, element 0: +Inf, want -Inf"},
		{[]ir.Matrix{row(1, 2)}, []ir.Matrix{row(inf, 3)}, inf, "output 0, element 0: 1, want +Inf"},
		{[]ir.Matrix{row(1)}, nil, inf, "1 outputs, want 0"},
		{[]ir.Matrix{row(1)}, []ir.Matrix{row(1, 2)}, inf, "output 0 of shape (1, 1), want (1, 2)"},
		{[]ir.Matrix{row(1)}, []ir.Matrix{{Rows: 2, Cols: 1, Data: []float64{1, 2}}}, inf, "output 0 of shape (1, 1), want (2, 1)"},
	} {
		if worst, where := Difference(c.got, c.want); worst != c.worst || where != c.where {
			t.Errorf("%v differs from %v by %g, %q, want %g, %q", c.got, c.want, worst, where, c.worst, c.where)
		}
	}
}
