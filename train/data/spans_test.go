package data

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Spans hold what a list holds.
func TestSpans(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 50 {
		var s spans
		var want []int
		for x := range 60 {
			if rng.Float64() < 0.7 {
				s.add(x)
				want = append(want, x)
			}
		}
		var got, at []int
		for x := range s.all {
			got = append(got, x)
		}
		for i := range s.len() {
			at = append(at, s.at(i))
		}
		if !slices.Equal(got, want) || !slices.Equal(at, want) {
			t.Fatalf("all %v, at %v, want %v", got, at, want)
		}
	}
}
