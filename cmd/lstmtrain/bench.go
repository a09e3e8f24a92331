package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/benchmarks"
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/spf13/cobra"
)

// A benchRun is what bench was asked for.
type benchRun struct {
	chosen []benchmarks.Workload
	benchmarks.Plan
	steps  int
	python string
	json   bool
}

// newBenchRun returns what bench does without flags.
func newBenchRun() *benchRun {
	return &benchRun{Plan: benchmarks.Plan{Mode: benchmarks.Train, Engine: graph.Fused, Config: benchmarks.Config{Cell: "lstm"}}, steps: benchmarks.DefaultSteps}
}

func newBenchCommand() *cobra.Command { return newBenchCommandOf(newBenchRun()) }

func newBenchCommandOf(r *benchRun) *cobra.Command {
	cmd := &cobra.Command{
		Use:                   "bench [WORKLOAD...] [flags]",
		Short:                 "Measure how fast models train and predict",
		DisableFlagsInUseLine: true,
		Long: fmt.Sprintf(`bench measures steps of models of several sizes with random weights and batches: a
training step is forward, loss, backward and Adam over all parameters, a forward step
the logits of a batch. It prints the median time of a step, the speed of the matrix
products and its share of the machine's peak, measured in the same process, and what a
step allocates. With --engine both and with --peer the contestants take turns, so that
what else the machine does hits all of them.

The workloads are %s; all of them if none is named. The
last is inference, one step at a time, whatever --mode.

Peers are Python programs. benchmarks/peers/install makes an environment for them.`, strings.Join(benchmarks.WorkloadNames(), ", ")),
		Example: `  lstmtrain bench imdb rows --engine both
  lstmtrain bench --peer pytorch
  lstmtrain bench imdb --mode forward --peer onnxruntime --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := r.complete(cmd, args); err != nil {
				return err
			}
			return r.run(cmd)
		},
	}
	addGroups(cmd, r.flags())
	return cmd
}

func (r *benchRun) flags() flagGroup {
	flags := newFlagGroup("Flags")
	flags.Var(oneOf(&r.Mode, benchmarks.Train, benchmarks.Forward), "mode", "what a step is")
	flags.Var(oneOf(&r.Engine, graph.Fused, graph.Reference, benchmarks.BothEngines), "engine", "what runs it")
	flags.Var(oneOf(&r.Config.Cell, cells.Names()...), "cell", "recurrent cell, as for train")
	flags.Var(wholeFrom(1, &r.Config.Workers), "workers", "goroutines of the fused engine; if not given, as many\nas processors")
	flags.Var(wholeFrom(1, &r.steps), "steps", "timed steps of each contestant, at least")
	flags.Var(oneOf(&r.Peer, benchmarks.PeerNames()...), "peer", "program to compare with")
	flags.StringVar(&r.python, "python", "", "`path` of the peer's Python; without it $LSTMTRAIN_PYTHON,\nbenchmarks/.venv/bin/python if there is one, else python3")
	flags.StringSliceVar(&r.Config.Without, "without", nil, "`pass` of the fused engine to leave out, again for more:\n"+strings.Join(graph.Passes(), ", "))
	flags.BoolVar(&r.Config.BFloat16, "bfloat16", false, "round weights to bfloat16; with --mode forward. The\nreference engine keeps them as they are")
	flags.BoolVar(&r.json, "json", false, "print one JSON object for each measurement")
	return flags
}

// complete finds the workloads and refuses options that have nothing to do.
func (r *benchRun) complete(cmd *cobra.Command, names []string) error {
	for _, name := range names {
		w, err := benchmarks.Find(name)
		if err != nil {
			return usagef("%v", err)
		}
		if cmd.Flags().Changed("mode") && !w.Has(r.Mode) {
			return usagef("--mode %s does not apply to workload %s, which is inference", r.Mode, name)
		}
		r.chosen = append(r.chosen, w)
	}
	if len(names) == 0 {
		r.chosen = r.Workloads(cmd.Flags().Changed("mode"))
	}
	for _, pass := range r.Config.Without {
		if !slices.Contains(graph.Passes(), pass) {
			return usagef("--without %s: no such pass; the passes are %s", pass, strings.Join(graph.Passes(), ", "))
		}
	}
	if forward := r.Mode == benchmarks.Forward || !slices.ContainsFunc(r.chosen, func(w benchmarks.Workload) bool { return w.Has(benchmarks.Train) }); r.Config.BFloat16 && !forward {
		return usagef("--bfloat16 applies to --mode forward")
	}
	for _, flag := range []string{"workers", "without", "bfloat16"} {
		if cmd.Flags().Changed(flag) && r.Engine == graph.Reference {
			return usagef("--%s does not apply to --engine reference", flag)
		}
	}
	return r.completePeer(cmd)
}

func (r *benchRun) completePeer(cmd *cobra.Command) error {
	if r.Peer == "" {
		if cmd.Flags().Changed("python") {
			return usagef("--python does not apply without --peer")
		}
		return nil
	}
	for _, w := range r.chosen {
		if err := r.PeerHas(w); err != nil {
			return usagef("--peer %s with workload %s: %v", r.Peer, w.Name, err)
		}
	}
	return nil
}

func (r *benchRun) run(cmd *cobra.Command) error {
	out, progress := cmd.OutOrStdout(), cmd.ErrOrStderr()
	for i, w := range r.chosen {
		results, err := benchmarks.Measure(cmd.Context(), w, benchmarks.Settings{
			Configs: r.Configs(w), Steps: r.steps, Peer: r.Peer, Python: r.python,
			Log: func(format string, args ...any) { fmt.Fprintf(progress, format+"\n", args...) },
		})
		if err != nil {
			return err
		}
		if err := r.print(out, results, i == 0); err != nil {
			return errors.Wrap(err, "writing the results")
		}
	}
	return nil
}

func (r *benchRun) print(w io.Writer, results []benchmarks.Result, first bool) error {
	if first && !r.json {
		if err := benchmarks.WriteHeader(w, r.Peer != ""); err != nil {
			return err
		}
	}
	for _, result := range results {
		var err error
		if r.json {
			err = json.NewEncoder(w).Encode(result)
		} else {
			err = benchmarks.WriteRow(w, result)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
