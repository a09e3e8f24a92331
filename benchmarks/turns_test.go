package benchmarks

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
)

// A scripted runner takes a fixed time a step and notes its turns.
type scripted struct {
	name  string
	step  time.Duration
	turns *[]string
	err   error
}

func (s scripted) Time(n int) ([]time.Duration, error) {
	*s.turns = append(*s.turns, s.name)
	return slices.Repeat([]time.Duration{s.step}, n), s.err
}

// Would catch a contestant that always runs first, one that runs fewer steps than asked
// for, and the time of the warm-up among those that are returned.
func TestAlternate(t *testing.T) {
	var turns []string
	slow, quick := scripted{"a", 5 * time.Millisecond, &turns, nil}, scripted{"b", time.Millisecond, &turns, nil}
	times, err := Alternate(t.Context(), Turns{Steps: 9, Rounds: 4, Least: 4500 * time.Microsecond}, slow, quick)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(turns, ""); got != "ab"+"ab"+"ba"+"ab"+"ba" { // warm-up, then four rounds
		t.Errorf("turns %s", got)
	}
	// 9 steps in 4 rounds are 3 a turn; 4.5 ms hold 5 steps of 1 ms begun.
	if len(times[0]) != 12 || len(times[1]) != 20 {
		t.Errorf("%d and %d times, want 12 and 20", len(times[0]), len(times[1]))
	}
	if times[0][0] != slow.step || times[1][19] != quick.step {
		t.Error("times of another runner")
	}
}

func TestAlternateStops(t *testing.T) {
	var turns []string
	broken := errors.New("broken")
	if _, err := Alternate(t.Context(), Turns{}, scripted{"a", 1, &turns, broken}); err != broken {
		t.Errorf("error %v of a runner that fails", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Alternate(ctx, Turns{}, scripted{"a", 1, &turns, nil}); err != context.Canceled {
		t.Errorf("error %v after an interrupt", err)
	}
}

// Would catch a mean, and the lower or upper of two in the middle.
func TestMedian(t *testing.T) {
	for _, test := range []struct{ times, want []time.Duration }{
		{[]time.Duration{7}, []time.Duration{7}},
		{[]time.Duration{90, 1, 4}, []time.Duration{4}},
		{[]time.Duration{90, 1, 4, 8}, []time.Duration{6}},
	} {
		if got := Median(test.times); got != test.want[0] {
			t.Errorf("Median(%v) = %v, want %v", test.times, got, test.want[0])
		}
	}
}

// Would catch what a step allocates that is not counted, such as all of it, and what is
// counted for the wrong number of steps: the reference engine allocates at every node.
func TestUsage(t *testing.T) {
	s := compiled(t, tiny, Config{Engine: "reference"})
	times, err := s.Time(3)
	if err != nil || len(times) != 3 {
		t.Fatal(len(times), err)
	}
	three, _ := s.use.perStep()
	if _, err := s.Time(3); err != nil {
		t.Fatal(err)
	}
	all, bytes := s.use.perStep()
	if all < 100 || bytes < 1000 || all > 1.5*three || all < three/1.5 {
		t.Errorf("%g objects a step in 3 steps, %g objects and %g bytes in 6", three, all, bytes)
	}
}
