package benchmarks

import (
	"context"
	"time"

	"github.com/seed-222a112c/lstm/graph"
)

// Settings say what Measure compares. The zero value measures the fused engine alone.
type Settings struct {
	Configs []Config // at least one; nil is the zero Config
	Steps   int      // timed steps of each; DefaultSteps if 0
	Peer    string   // one of PeerNames, or empty; it takes cell and mode of the first of Configs
	Python  string   // interpreter of the peer; see StartPeer

	Log func(format string, args ...any) // of progress, a line at a time; nil is none
}

// Measure runs a workload in several configurations, and in a peer, in turns, and returns
// a result of each configuration.
func Measure(ctx context.Context, w Workload, s Settings) ([]Result, error) {
	if s.Log == nil {
		s.Log = func(string, ...any) {}
	}
	if len(s.Configs) == 0 {
		s.Configs = []Config{{}}
	}
	if s.Steps == 0 {
		s.Steps = DefaultSteps
	}
	var peer *Peer
	if s.Peer != "" { // first, so that one that cannot run is told of at once
		var err error
		if peer, err = StartPeer(ctx, s.Peer, s.Python, w, s.Configs[0]); err != nil {
			return nil, interrupted(ctx, err)
		}
		defer peer.Close()
		for _, note := range peer.Notes {
			s.Log("%s: peer %s: %s", w.Name, peer.Name, note)
		}
	}
	compiled, err := compileAll(w, s)
	defer closeAll(compiled)
	if err != nil {
		return nil, err
	}
	results, err := measure(ctx, compiled, peer, s)
	return results, interrupted(ctx, err)
}

// interrupted returns why the context ended, where that is the reason of an error: a peer
// is killed when it does.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func compileAll(w Workload, s Settings) (all []*Compiled, err error) {
	for _, c := range s.Configs {
		one, err := Compile(w, c)
		if err != nil {
			return all, err
		}
		all = append(all, one)
		s.Log("%s: %s engine compiled in %.2f s, %.3f GFLOP a step", w.Name, one.Config.Engine, one.CompileTime.Seconds(), float64(one.FLOPs)/1e9)
	}
	return all, nil
}

func closeAll(all []*Compiled) {
	for _, s := range all {
		s.Close()
	}
}

// measure lets compiled workloads, and the fastest variants of the peer if there is one, take turns.
func measure(ctx context.Context, compiled []*Compiled, peer *Peer, s Settings) ([]Result, error) {
	var runners []Runner
	for _, one := range compiled {
		runners = append(runners, one)
	}
	var variants []int
	if peer != nil {
		var err error
		if variants, err = peer.fastest(ctx, s.Log); err != nil {
			return nil, err
		}
		for _, v := range variants {
			runners = append(runners, peer.Run(v))
		}
	}
	times, err := Alternate(ctx, DefaultTurns(s.Steps, len(runners)), runners...)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(compiled))
	for i, step := range compiled {
		results[i] = step.result(times[i], graph.PeakGFLOPS(step.Config.Workers))
	}
	if peer != nil {
		compare(results, peer, variants, times[len(compiled):])
	}
	return results, nil
}

// compare adds the fastest of the peer's variants to the results.
func compare(results []Result, peer *Peer, variants []int, times [][]time.Duration) {
	best := 0
	for i := range times {
		if Median(times[i]) < Median(times[best]) {
			best = i
		}
	}
	for i := range results {
		results[i].compared(peer, peer.Variants[variants[best]], times[best])
	}
}
