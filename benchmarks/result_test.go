package benchmarks

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// The fields that other tools read, and no others.
func TestResultJSON(t *testing.T) {
	ours := []string{"allocs_per_step", "bytes_per_step", "cell", "engine", "gflops", "ms_per_step", "peak_share", "tokens_per_s", "workers", "workload"}
	theirs := []string{"peer", "peer_ms_per_step", "peer_threads", "peer_version", "ratio"}
	for _, test := range []struct {
		result Result
		want   []string
	}{
		{Result{}, ours},
		{Result{Comparison: &Comparison{}}, slices.Sorted(slices.Values(slices.Concat(ours, theirs)))},
	} {
		text, err := json.Marshal(test.result)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(fields)); !slices.Equal(got, test.want) {
			t.Errorf("fields %v, want %v", got, test.want)
		}
	}
}

// Rates are those of the median, with the units that their names say.
func TestResult(t *testing.T) {
	s := &Compiled{Workload: Workload{Name: "w", Steps: 5, Batch: 4}, Config: Config{}.withDefaults(), FLOPs: 3e7}
	s.use = usage{steps: 4, objects: 10, bytes: 400}
	r := s.result([]time.Duration{time.Second, 2 * time.Millisecond, time.Millisecond}, 60)
	for name, pair := range map[string][2]float64{
		"ms":     {r.Milliseconds, 2},
		"tokens": {r.Tokens, 20 / 0.002},
		"gflops": {r.GFLOPS, 15},
		"peak":   {*r.PeakShare, 0.25},
		"allocs": {r.Allocs, 2.5},
		"bytes":  {r.Bytes, 100},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-9*pair[1] {
			t.Errorf("%s %g, want %g", name, pair[0], pair[1])
		}
	}
	if r := s.result([]time.Duration{1}, 0); r.PeakShare != nil {
		t.Errorf("a share %g of an unknown peak", *r.PeakShare)
	}
}

// Rows stand under their header.
func TestTable(t *testing.T) {
	share := 0.5
	r := Result{Workload: "imdb", Engine: "fused", Cell: "lstm", Workers: 2, Milliseconds: 7, PeakShare: &share,
		Comparison: &Comparison{Peer: "pytorch", PeerVersion: "2.0+cpu", PeerThreads: 2, PeerMilliseconds: 21, Ratio: 3}}
	var header, row strings.Builder
	if err := WriteHeader(&header, true); err != nil {
		t.Fatal(err)
	}
	if err := WriteRow(&row, r); err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]string{"engine": "fused", "cell": "lstm", "peer": "pytorch 2.0"} {
		if i := strings.Index(header.String(), column); !strings.HasPrefix(row.String()[i:], want) {
			t.Errorf("under %s stands %.20q, want %q", column, row.String()[i:], want)
		}
	}
	for column, want := range map[string]string{" ratio": "3.00", "peak": "50.0 %", "workers": "2"} {
		end := strings.Index(header.String(), column) + len(column)
		if !strings.HasSuffix(row.String()[:end], want) {
			t.Errorf("above the end of %s stands %q, want %q", column, row.String()[:end], want)
		}
	}
}
