// Blocks measures what exact gradients cost in blocks of a bounded number of time steps,
// as package bptt computes them, against one graph that holds all steps: the time of a
// training step, in alternating rounds, and the memory. It prints Markdown for
// benchmarks/results:
//
//	go run ./benchmarks/blocks > benchmarks/results/DATE-blocks.md
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/seed-222a112c/lstm/benchmarks"
)

func main() {
	steps := flag.Int("steps", 1500, "time steps of the sequences whose time is measured")
	long := flag.Int("long", 10_000, "time steps of the sequences whose memory is measured; 0 for none")
	blocks := flag.String("blocks", "50,100,128", "time steps of a block, with commas between them")
	batch := flag.Int("batch", 16, "rows of a batch")
	hidden := flag.Int("hidden", 128, "size of the LSTM and of its inputs")
	workers := flag.Int("workers", 0, "goroutines of the engine; as many as processors if 0")
	timed := flag.Int("timed", 20, "timed steps of each side, at least")
	flag.Parse()
	sizes, err := parse(*blocks)
	if err != nil || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: blocks [flags]; -help lists them")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	m := measurement{sizes, *long, *timed, benchmarks.Config{Workers: *workers}, benchmarks.Workload{
		Name: "long", Vocabulary: 65, Inputs: *hidden, Hidden: *hidden, Layers: 1, Steps: *steps, Batch: *batch, Outputs: 65, EveryStep: true,
	}}
	if err := m.write(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "blocks:", err)
		os.Exit(1)
	}
}

func parse(list string) (sizes []int, err error) {
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("blocks of %q steps", text)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// A measurement is what is asked for.
type measurement struct {
	blocks      []int
	long, timed int
	config      benchmarks.Config
	workload    benchmarks.Workload
}

func (m measurement) write(ctx context.Context, w io.Writer) error {
	fmt.Fprintf(w, "# What blocks cost, %s\n\n", time.Now().Format(time.DateOnly))
	fmt.Fprintf(w, "Machine: %s.\n", benchmarks.Machine())
	fmt.Fprintf(w, "Command: `go run ./benchmarks/blocks %s`.\n\n", strings.Join(os.Args[1:], " "))
	size := m.workload
	fmt.Fprintf(w, "LSTM of H = %d on embeddings of %d, softmax over %d at every step, B = %d, float32.\n", size.Hidden, size.Inputs, size.Outputs, size.Batch)
	if err := m.writeTimes(ctx, w); err != nil {
		return err
	}
	if m.long == 0 {
		return nil
	}
	return m.writeMemory(w)
}

// writeTimes compares blocks with one graph of all steps, one size after the other.
func (m measurement) writeTimes(ctx context.Context, w io.Writer) error {
	plain, err := benchmarks.Compile(m.workload, m.config)
	if err != nil {
		return err
	}
	defer plain.Close()
	fmt.Fprintf(w, "\n## Time of a training step, T = %d\n\nThe graph of all steps was compiled in %.1f s.\n\n", m.workload.Steps, plain.CompileTime.Seconds())
	fmt.Fprint(w, "| block | one graph, ms | blocks, ms | ratio |\n|---|---|---|---|\n")
	for _, block := range m.blocks {
		blocks, err := benchmarks.NewBlocks(m.workload, block, m.config)
		if err != nil {
			return err
		}
		times, err := benchmarks.Alternate(ctx, benchmarks.DefaultTurns(m.timed, 2), plain, blocks)
		blocks.Close()
		if err != nil {
			return err
		}
		a, b := benchmarks.Median(times[0]), benchmarks.Median(times[1])
		fmt.Fprintf(w, "| %d | %.1f | %.1f | %.3f |\n", block, a.Seconds()*1e3, b.Seconds()*1e3, b.Seconds()/a.Seconds())
	}
	return nil
}

// writeMemory compares blocks of a long sequence with one graph, of which the memory is
// measured for shorter sequences and continued along a straight line.
func (m measurement) writeMemory(w io.Writer) error {
	first, second := m.long/40, m.long/10
	fmt.Fprintf(w, "\n## Memory of a training step, T = %d\n\nThe heap in use when a step has most of it, weights and Adam included.\n\n", m.long)
	fmt.Fprint(w, "| | T | MB |\n|---|---|---|\n")
	var measured []float64
	for _, steps := range []int{first, (first + second) / 2, second} {
		m.workload.Steps = steps
		bytes, err := benchmarks.UnrolledMemory(m.workload, m.config)
		if err != nil {
			return err
		}
		measured = append(measured, float64(bytes))
		fmt.Fprintf(w, "| one graph | %d | %.1f |\n", steps, float64(bytes)/1e6)
	}
	slope := (measured[2] - measured[0]) / float64(second-first)
	whole := measured[2] + slope*float64(m.long-second)
	fmt.Fprintf(w, "| one graph, along the line through the first and the last of these | %d | %.0f |\n", m.long, whole/1e6)
	m.workload.Steps = m.long
	for _, block := range m.blocks {
		bytes, err := benchmarks.BlocksMemory(m.workload, block, m.config)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| blocks of %d | %d | %.1f, %.1f %% of that |\n", block, m.long, float64(bytes)/1e6, 100*float64(bytes)/whole)
	}
	return nil
}
