package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

func writeCSV(w io.Writer, results []Result) error {
	if _, err := fmt.Fprintln(w, "product,operands,H,B,ns,gflops,roof_gflops,share,share_with_calls"); err != nil {
		return err
	}
	for _, r := range results {
		_, err := fmt.Fprintf(w, "%s,%d,%d,%d,%.1f,%.2f,%.2f,%.3f,%.3f\n",
			r.Kind, r.Operands, r.H, r.B, r.NS, r.gflops(), r.roofGFLOPS(), r.share(), r.shareCalls())
		if err != nil {
			return err
		}
	}
	return nil
}

// writeMarkdown prints the machine, and for each kind a summary, a table of some sizes
// and all shapes under the floor.
func writeMarkdown(w io.Writer, m *Machine, c config, results []Result) error {
	var text strings.Builder
	fmt.Fprintf(&text, "Path %v, one core: %.1f GFLOP/s; smallest call %.1f ns.", kernel.Active(), m.GFLOPS, m.CallNS)
	for _, l := range m.Levels {
		fmt.Fprintf(&text, " %s %.1f GB/s.", l.Name, l.GBPS)
	}
	text.WriteString("\n")
	for _, kind := range c.kinds {
		for _, operands := range c.operands {
			var some []Result
			for _, r := range results {
				if r.Kind == kind && r.Operands == operands {
					some = append(some, r)
				}
			}
			fmt.Fprintf(&text, "\n## %s, %d right operands\n\n", kind, operands)
			writeSummary(&text, summarize(some, c.floor), c.floor)
			writeTable(&text, some, c)
			writeUnder(&text, some, c.floor)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func writeSummary(text *strings.Builder, s Summary, floor float64) {
	fmt.Fprintf(text, "%d shapes, median %.0f %% of the roof. Under %.0f %%: %d, with calls %d; the largest H of one is %d, with calls %d.\n",
		s.Shapes, 100*s.Median, 100*floor, s.Under, s.UnderCalls, s.LargestH, s.HOfCalls)
	fmt.Fprintf(text, "Least: H=%d B=%d %.0f %%; with calls H=%d B=%d %.0f %%.\n\n",
		s.Least.H, s.Least.B, 100*s.Least.share(), s.LeastCalls.H, s.LeastCalls.B, 100*s.LeastCalls.shareCalls())
}

// writeTable prints the share of every shape, a row for every H, in percent, without calls
// and, where that is another number, with them.
func writeTable(text *strings.Builder, results []Result, c config) {
	text.WriteString("| H \\ B |")
	for _, b := range c.b {
		fmt.Fprintf(text, " %d |", b)
	}
	text.WriteString("\n" + strings.Repeat("|---", len(c.b)+1) + "|\n")
	for i, r := range results {
		if i%len(c.b) == 0 {
			fmt.Fprintf(text, "| %d |", r.H)
		}
		without, with := fmt.Sprintf("%.0f", 100*r.share()), fmt.Sprintf("%.0f", 100*r.shareCalls())
		if with != without {
			without += "/" + with
		}
		fmt.Fprintf(text, " %s |", without)
		if i%len(c.b) == len(c.b)-1 {
			text.WriteString("\n")
		}
	}
}

// writeUnder lists the batch sizes under the floor for every H.
func writeUnder(text *strings.Builder, results []Result, floor float64) {
	for _, list := range []struct {
		title string
		share func(Result) float64
	}{{"Under", Result.share}, {"Under with calls", Result.shareCalls}} {
		fmt.Fprintf(text, "\n%s %.0f %%:", list.title, 100*floor)
		h := 0
		for _, r := range results {
			if list.share(r) >= floor {
				continue
			}
			if r.H != h {
				h = r.H
				fmt.Fprintf(text, "\n- H=%d: B=", h)
			} else {
				text.WriteString(",")
			}
			fmt.Fprintf(text, "%d", r.B)
		}
		if h == 0 {
			text.WriteString(" none.")
		}
		text.WriteString("\n")
	}
}

func join(all []Kind) string {
	names := make([]string, len(all))
	for i, k := range all {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}
