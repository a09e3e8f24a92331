package fuse

// A segment is steps that become one node of the rewritten graph: a loop, which repeats a
// pattern of steps, or the steps between two loops.
type segment struct {
	from, to int // steps
	period   int // length of the pattern
}

func (s segment) times() int { return (s.to - s.from) / s.period }

// maxPeriod bounds the length of a pattern: a time step of a deep stack is a few dozen.
const maxPeriod = 256

// minTimes is how often a pattern must be repeated to count as a loop.
const minTimes = 3

// segments cuts the steps into loops and what is between them. Without the pass every step
// is a segment.
func (p *planner[T]) segments() []segment {
	ids := map[string]int{}
	kinds := make([]int, len(p.steps))
	for i, s := range p.steps {
		k := s.kind()
		if _, known := ids[k]; !known {
			ids[k] = len(ids)
		}
		kinds[i] = ids[k]
	}
	var all []segment
	for at := 0; at < len(kinds); {
		s := segment{at, at + 1, 1}
		if !p.off["period"] {
			s = loopAt(kinds, at)
		}
		at = s.to
		if n := len(all); !p.off["period"] && n > 0 && s.times() == 1 && all[n-1].times() == 1 {
			all[n-1].to, all[n-1].period = s.to, s.to-all[n-1].from
			continue
		}
		all = append(all, s)
	}
	return all
}

// loopAt returns the loop that starts at a step, of those of the most steps the one with
// the shortest pattern, or the single step.
func loopAt(kinds []int, at int) segment {
	best := segment{at, at + 1, 1}
	for period := 1; period <= maxPeriod && at+minTimes*period <= len(kinds); period++ {
		to := at + period
		for to < len(kinds) && kinds[to] == kinds[to-period] {
			to++
		}
		to -= (to - at) % period
		if (to-at)/period >= minTimes && to > best.to {
			best = segment{at, to, period}
		}
		if best.to-best.from >= 4*period && best.period < period {
			break // a longer pattern could only be a multiple
		}
	}
	return best
}
