package schedule

import (
	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// maxPeriod bounds the length of a pattern: a time step of a deep stack is a few dozen.
const maxPeriod = 256

// minTimes is how often a pattern must be repeated to count as a loop.
const minTimes = 3

// period cuts the steps into loops and what is between them, and returns the number of loops.
func period[T kernel.Float](p *Plan[T]) (loops int) {
	ids := map[string]int{}
	kinds := make([]int, len(p.steps))
	for i, s := range p.steps {
		k := s.Kind()
		if _, known := ids[k]; !known {
			ids[k] = len(ids)
		}
		kinds[i] = ids[k]
	}
	p.segments = nil
	for at := 0; at < len(kinds); {
		s := loopAt(kinds, at)
		at = s.To
		if s.Times() > 1 {
			loops++
		} else if n := len(p.segments); n > 0 && p.segments[n-1].Times() == 1 {
			p.segments[n-1].To, p.segments[n-1].Period = s.To, s.To-p.segments[n-1].From
			continue
		}
		p.segments = append(p.segments, s)
	}
	return loops
}

// loopAt returns the loop that starts at a step, of those of the most steps the one with
// the shortest pattern, or the single step.
func loopAt(kinds []int, at int) exec.Segment {
	best := exec.Segment{From: at, To: at + 1, Period: 1}
	for period := 1; period <= maxPeriod && at+minTimes*period <= len(kinds); period++ {
		to := at + period
		for to < len(kinds) && kinds[to] == kinds[to-period] {
			to++
		}
		to -= (to - at) % period
		if (to-at)/period >= minTimes && to > best.To {
			best = exec.Segment{From: at, To: to, Period: period}
		}
		if best.To-best.From >= 4*period && best.Period < period {
			break // a longer pattern could only be a multiple
		}
	}
	return best
}
