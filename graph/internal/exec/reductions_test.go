package exec

import (
	"slices"
	"testing"
)

// A worker that writes what belongs to another one: numbers outside of its share, which the other
// may be reading at the same time.
func TestChainOfAWorker(t *testing.T) {
	s := &Scatter[float64]{first: []int{7, 7, 7, 7}, next: []int{8, 8, 8, 8, 8, 8, 8}}
	s.chain([]int{0, 1, 2, 3, 1, 2, 1}, 1, 2)
	if want := []int{7, 1, 7, 7}; !slices.Equal(s.first, want) {
		t.Errorf("the first positions of the numbers are %v, want %v", s.first, want)
	}
	if want := []int{8, 4, 8, 8, 6, 8, -1}; !slices.Equal(s.next, want) {
		t.Errorf("the next positions are %v, want %v", s.next, want)
	}
}
