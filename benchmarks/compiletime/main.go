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
	"runtime/debug"
	"time"

	"github.com/seed-222a112c/lstm/benchmarks"
	"github.com/seed-222a112c/lstm/graph"
)

func main() {
	most := flag.Int("most", 1500, "largest T")
	repeats := flag.Int("repeats", 3, "times that each is compiled, in turns; the fastest counts")
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

// A point is a number of time steps and the shortest of the times that compiling took.
type point struct {
	engine graph.Engine
	steps  int
	best   time.Duration
}

// measure compiles each in turn, as often as is wanted, so that all share the machine's good
// and bad moments.
func measure(w io.Writer, most, repeats int) error {
	var points []*point
	for _, engine := range []graph.Engine{graph.Fused, graph.Reference} {
		for _, steps := range benchmarks.CompileSteps(engine) {
			if steps <= most {
				points = append(points, &point{engine: engine, steps: steps})
			}
		}
	}
	for i := range repeats {
		for _, p := range points {
			took, err := compile(p.engine, p.steps)
			if err != nil {
				return err
			}
			if i == 0 || took < p.best {
				p.best = took
			}
		}
	}
	fmt.Fprintln(w, "engine,T,seconds")
	for _, p := range points {
		if _, err := fmt.Fprintf(w, "%s,%d,%.6f\n", p.engine, p.steps, p.best.Seconds()); err != nil {
			return err
		}
	}
	return nil
}

// compile compiles once, with a heap as small as that of a process that has just begun.
func compile(engine graph.Engine, steps int) (time.Duration, error) {
	debug.FreeOSMemory()
	s, err := benchmarks.Compile(benchmarks.Unrolled(steps), benchmarks.Config{Engine: engine})
	if err != nil {
		return 0, err
	}
	return s.CompileTime, s.Close()
}
