package benchmarks

import (
	"time"

	"github.com/seed-222a112c/lstm/graph"
)

// A Result is what was measured of one workload on one engine. Its JSON is what other
// tools read.
type Result struct {
	Workload     string       `json:"workload"`
	Engine       graph.Engine `json:"engine"`
	Cell         string       `json:"cell"`
	Workers      int          `json:"workers"`
	Milliseconds float64      `json:"ms_per_step"` // median
	Tokens       float64      `json:"tokens_per_s"`
	GFLOPS       float64      `json:"gflops"`     // of the products as the graph says them
	PeakShare    *float64     `json:"peak_share"` // of what the workers could do; null if that is unknown
	Allocs       float64      `json:"allocs_per_step"`
	Bytes        float64      `json:"bytes_per_step"`
	*Comparison               // nil without a peer
}

// A Comparison is what was measured of a peer in the same turns.
type Comparison struct {
	Peer             string  `json:"peer"`
	PeerVersion      string  `json:"peer_version"`
	PeerThreads      int     `json:"peer_threads"`
	PeerMilliseconds float64 `json:"peer_ms_per_step"` // median
	Ratio            float64 `json:"ratio"`            // the peer's median divided by ours

	Variant string `json:"-"` // how the peer was fastest, in words
}

// result rates the times of a step. The peak is that of its workers, in GFLOP/s, or 0.
func (s *Compiled) result(times []time.Duration, peak float64) Result {
	median := Median(times)
	r := Result{
		Workload:     s.Workload.Name,
		Engine:       s.Config.Engine,
		Cell:         s.Config.Cell,
		Workers:      s.Config.Workers,
		Milliseconds: milliseconds(median),
		Tokens:       float64(s.Workload.Tokens()) / median.Seconds(),
		GFLOPS:       float64(s.FLOPs) / 1e9 / median.Seconds(),
	}
	r.Allocs, r.Bytes = s.use.perStep()
	if peak > 0 {
		share := r.GFLOPS / peak
		r.PeakShare = &share
	}
	return r
}

// compared adds a peer's times.
func (r *Result) compared(p *Peer, v Variant, times []time.Duration) {
	median := milliseconds(Median(times))
	r.Comparison = &Comparison{
		Peer: p.Name, PeerVersion: p.Version, PeerThreads: v.Threads,
		PeerMilliseconds: median, Ratio: median / r.Milliseconds, Variant: v.Name,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
