package benchmarks

import (
	"fmt"
	"io"
	"strings"
)

// WriteHeader writes the names of the columns of WriteRow.
func WriteHeader(w io.Writer, withPeer bool) error {
	line := fmt.Sprintf("%-11s %-10s %-10s %7s %10s %12s %9s %7s %12s %12s",
		"workload", "engine", "cell", "workers", "ms/step", "tokens/s", "GFLOP/s", "peak", "allocs/step", "bytes/step")
	if withPeer {
		line += fmt.Sprintf("   %-20s %7s %10s %7s", "peer", "threads", "ms/step", "ratio")
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

// WriteRow writes a result as a line of a table.
func WriteRow(w io.Writer, r Result) error {
	peak := "–"
	if r.PeakShare != nil {
		peak = fmt.Sprintf("%.1f %%", 100**r.PeakShare)
	}
	line := fmt.Sprintf("%-11s %-10s %-10s %7d %10.3f %12.0f %9.1f %7s %12.1f %12.0f",
		r.Workload, r.Engine, r.Cell, r.Workers, r.Milliseconds, r.Tokens, r.GFLOPS, peak, r.Allocs, r.Bytes)
	if c := r.Comparison; c != nil {
		version, _, _ := strings.Cut(c.PeerVersion, "+")
		line += fmt.Sprintf("   %-20s %7d %10.3f %7.2f", c.Peer+" "+version, c.PeerThreads, c.PeerMilliseconds, c.Ratio)
	}
	_, err := fmt.Fprintln(w, line)
	return err
}
