package data

import (
	"sort"
)

// spans are ascending numbers, kept as runs of neighbours, which are few where most numbers
// are there.
type spans struct{ runs []span }

// A span is the numbers from first on, of which before others are smaller.
type span struct{ first, n, before int }

// add takes a number that is larger than all others.
func (s *spans) add(x int) {
	if last := len(s.runs) - 1; last >= 0 && s.runs[last].first+s.runs[last].n == x {
		s.runs[last].n++
		return
	}
	s.runs = append(s.runs, span{x, 1, s.len()})
}

func (s *spans) len() int {
	if len(s.runs) == 0 {
		return 0
	}
	last := s.runs[len(s.runs)-1]
	return last.before + last.n
}

// at returns number i, from 0.
func (s *spans) at(i int) int {
	k := sort.Search(len(s.runs), func(k int) bool { return s.runs[k].before > i }) - 1
	return s.runs[k].first + i - s.runs[k].before
}

// all yields the numbers.
func (s *spans) all(yield func(int) bool) {
	for _, r := range s.runs {
		for i := range r.n {
			if !yield(r.first + i) {
				return
			}
		}
	}
}
