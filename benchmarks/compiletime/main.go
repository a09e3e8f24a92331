// Compiletime measures how the time to build, differentiate and compile a training step
// grows with T, the number of time steps, and prints it as CSV, which the program in the
// folder plot, a module of its own, makes a picture of:
//
//	go run ./benchmarks/compiletime > compile.csv
//	go run -C benchmarks/compiletime/plot . < compile.csv > compile.svg
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/seed-222a112c/lstm/benchmarks"
	"github.com/seed-222a112c/lstm/graph"
)

func main() {
	most := flag.Int("most", 1500, "largest T")
	repeats := flag.Int("repeats", 3, "times that each is compiled; the fastest counts")
	flag.Parse()
	if flag.NArg() > 0 || *repeats < 1 {
		fmt.Fprintln(os.Stderr, "usage: compiletime [-most T] [-repeats N]")
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, benchmarks.Machine())
	if err := measure(os.Stdout, *most, *repeats); err != nil {
		fmt.Fprintln(os.Stderr, "compiletime:", err)
		os.Exit(1)
	}
}

func measure(w io.Writer, most, repeats int) error {
	fmt.Fprintln(w, "engine,T,seconds")
	for _, engine := range []graph.Engine{graph.Fused, graph.Reference} {
		for _, steps := range benchmarks.CompileSteps(engine) {
			if steps > most {
				continue
			}
			took, err := compile(engine, steps, repeats)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%s,%d,%.6f\n", engine, steps, took.Seconds()); err != nil {
				return err
			}
		}
	}
	return nil
}

// compile returns the shortest of some times.
func compile(engine graph.Engine, steps, repeats int) (time.Duration, error) {
	var best time.Duration
	for i := range repeats {
		s, err := benchmarks.NewStep(benchmarks.Unrolled(steps), benchmarks.Config{Engine: engine})
		if err != nil {
			return 0, err
		}
		s.Close()
		if i == 0 || s.Compiled < best {
			best = s.Compiled
		}
	}
	return best, nil
}
