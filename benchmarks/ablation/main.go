// Ablation measures what each pass of the fused engine is worth: it leaves out one after
// the other and compares with the engine that has all, in alternating rounds. It prints
// Markdown for benchmarks/results:
//
//	go run ./benchmarks/ablation imdb rows > benchmarks/results/DATE-ablation.md
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/seed-222a112c/lstm/benchmarks"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

func main() {
	mode := flag.String("mode", "train", "train or forward")
	cell := flag.String("cell", "lstm", strings.Join(cells.Names(), ", "))
	workers := flag.Int("workers", 0, "goroutines of the engine; as many as processors if 0")
	steps := flag.Int("steps", 40, "timed steps of each side, at least")
	passes := flag.String("passes", strings.Join(graph.Passes(), ","), "passes to leave out, one after the other")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: ablation [flags] WORKLOAD...\nworkloads: %s\n", strings.Join(benchmarks.WorkloadNames(), ", "))
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	config := benchmarks.Config{Mode: benchmarks.Mode(*mode), Cell: *cell, Workers: *workers}
	if err := ablate(ctx, os.Stdout, flag.Args(), config, strings.Split(*passes, ","), *steps); err != nil {
		fmt.Fprintln(os.Stderr, "ablation:", err)
		os.Exit(1)
	}
}

func ablate(ctx context.Context, w io.Writer, names []string, c benchmarks.Config, passes []string, steps int) error {
	fmt.Fprintf(w, "# What each pass of the fused engine is worth, %s\n\n", time.Now().Format(time.DateOnly))
	fmt.Fprintf(w, "Machine: %s.\n", benchmarks.Machine())
	fmt.Fprintf(w, "Command: `go run ./benchmarks/ablation %s`.\n\n", strings.Join(os.Args[1:], " "))
	fmt.Fprintln(w, "A ratio is how many times longer a step takes without the pass: the median without it")
	fmt.Fprintln(w, "divided by the median with all passes, which took turns in ten rounds or more.")
	for _, name := range names {
		workload, err := benchmarks.Find(name)
		if err != nil {
			return err
		}
		a, err := benchmarks.Ablate(ctx, workload, c, passes, steps)
		if err != nil {
			return err
		}
		if err := a.WriteMarkdown(w); err != nil {
			return err
		}
	}
	return nil
}
