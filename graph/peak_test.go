package graph

import "testing"

// Would catch a peak that counts one worker of several, or in other units: no product is
// faster, and no core of today does more than a few hundred GFLOP/s.
func TestPeakGFLOPS(t *testing.T) {
	one := PeakGFLOPS(1)
	if one == 0 {
		t.Skip("there is no vector assembly for this processor")
	}
	if one < 1 || one > 1000 {
		t.Errorf("the peak of a worker is %g GFLOP/s", one)
	}
	if four := PeakGFLOPS(4); four < one {
		t.Errorf("the peak of four workers is %g GFLOP/s, that of one %g", four, one)
	}
}
