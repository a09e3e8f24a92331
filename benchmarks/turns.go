package benchmarks

import (
	"context"
	"runtime"
	"slices"
	"time"
)

// A Runner runs steps of a workload and tells how long they took.
type Runner interface {
	// Time runs one step that is not timed, which brings the caches and threads of the
	// Runner back, and then n steps, and returns how long each of these took.
	Time(n int) ([]time.Duration, error)
}

var _ Runner = (*Compiled)(nil)

// Turns say how often runners run. The zero value is one step in one round.
type Turns struct {
	Steps  int           // timed steps of each runner in all, or a few more
	Rounds int           // in which each runner takes one turn
	Least  time.Duration // a turn takes as many more steps as fill this time
	Pause  time.Duration // before a turn, in which idle threads of the runner before go to sleep
}

// DefaultSteps is the number of timed steps that a median should have at least.
const DefaultSteps = 20

// DefaultTurns returns turns for at least that many timed steps: one round for a runner
// alone, else ten of them.
func DefaultTurns(steps, runners int) Turns {
	if runners == 1 {
		return Turns{Steps: steps, Rounds: 1, Least: 500 * time.Millisecond}
	}
	return Turns{Steps: steps, Rounds: 10, Least: 50 * time.Millisecond, Pause: 20 * time.Millisecond}
}

// Alternate lets runners take turns and returns the times of each one's steps. They run
// in the order given and, in every other round, in the opposite order.
func Alternate(ctx context.Context, t Turns, runners ...Runner) ([][]time.Duration, error) {
	times := make([][]time.Duration, len(runners))
	counts := make([]int, len(runners))
	for i, r := range runners { // a first turn warms up and tells how long a step is
		first, err := r.Time(1)
		if err != nil {
			return nil, err
		}
		counts[i] = t.count(first[0])
	}
	for round := range max(t.Rounds, 1) {
		for i := range runners {
			if round%2 == 1 {
				i = len(runners) - 1 - i
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			time.Sleep(t.Pause)
			turn, err := runners[i].Time(counts[i])
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], turn...)
		}
	}
	return times, nil
}

// count returns the number of steps of a turn, given what one takes.
func (t Turns) count(step time.Duration) int {
	rounds := max(t.Rounds, 1)
	enough := (t.Steps + rounds - 1) / rounds
	filling := int(t.Least/max(step, time.Microsecond)) + 1
	return max(enough, filling, 1)
}

// Time runs steps and counts what they allocate.
func (s *Compiled) Time(n int) ([]time.Duration, error) {
	times := make([]time.Duration, 0, n)
	if err := s.timeOne(&times); err != nil {
		return nil, err
	}
	times = times[:0]
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		if err := s.timeOne(&times); err != nil {
			return nil, err
		}
	}
	runtime.ReadMemStats(&after)
	s.use.add(n, &before, &after)
	return times, nil
}

func (s *Compiled) timeOne(times *[]time.Duration) error {
	if err := s.Load(); err != nil {
		return err
	}
	start := time.Now()
	err := s.Run()
	*times = append(*times, time.Since(start))
	return err
}

// A usage is what steps allocated.
type usage struct {
	steps          int
	objects, bytes uint64
}

func (u *usage) add(steps int, before, after *runtime.MemStats) {
	u.steps += steps
	u.objects += after.Mallocs - before.Mallocs
	u.bytes += after.TotalAlloc - before.TotalAlloc
}

// perStep returns the objects and bytes that a step allocated on average.
func (u usage) perStep() (objects, bytes float64) {
	n := float64(max(u.steps, 1))
	return float64(u.objects) / n, float64(u.bytes) / n
}

// Median returns the middle of some times, which must not be none.
func Median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
