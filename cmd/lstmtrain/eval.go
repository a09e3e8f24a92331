package main

import (
	"context"
	"io"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/report"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// evaluation is what eval can be told.
type evaluation struct {
	data    []string
	batch   int
	json    bool
	classes bool
	dataset.Columns
	engine  graph.Engine
	workers int
}

func newEvalCommand() *cobra.Command {
	e := &evaluation{batch: 50, engine: graph.Fused}
	cmd := &cobra.Command{
		Use:                   "eval MODEL --data FILE [flags]",
		Short:                 "Measure a model on a file",
		DisableFlagsInUseLine: true,
		Long: `eval prints the loss of a model on a file, with perplexity and bits per character
or accuracy and F1. MODEL is a model file or the folder of a run.`,
		Example: `  lstmtrain eval run-1 --data test.txt
  lstmtrain eval run-1/model.safetensors --data reviews.tsv --label-column stars --json
  lstmtrain eval tagger --data test.conllu --classes`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(e.data) == 0 {
				return usagef("eval needs --data FILE")
			}
			if err := checkEngine(e.engine, cmd.Flags()); err != nil {
				return err
			}
			return e.run(cmd.Context(), args[0], cmd.Flags(), cmd.OutOrStdout())
		},
	}
	flags := newFlagGroup("Flags")
	flags.StringArrayVar(&e.data, "data", nil, "a `FILE` to measure on, plain or gzip; repeat the flag for several")
	flags.Var(wholeFrom(1, &e.batch), "batch", "rows of a batch; a language model reads the text in so many streams")
	flags.BoolVar(&e.classes, "classes", false, "show also each class, and what was taken for what (classify, tag)")
	flags.BoolVar(&e.json, "json", false, "print one JSON object")
	addGroups(cmd, flags, columnFlags(&e.Columns), engineFlags(&e.engine, &e.workers))
	return cmd
}

func (e *evaluation) run(ctx context.Context, model string, flags *pflag.FlagSet, stdout io.Writer) error {
	m, err := loadModel(model)
	if err != nil {
		return err
	}
	if err := flagsApply(m.Config.Task, flags); err != nil {
		return err
	}
	source, err := dataset.SourceFor(m, e.data, e.Columns, e.batch)
	if err != nil {
		return err
	}
	part, counts, err := train.EvaluateCounts(ctx, m, source, graph.Settings{Engine: e.engine, Workers: e.workers})
	if err != nil {
		return err
	}
	if e.classes {
		return e.printClasses(m, part, counts, stdout)
	}
	if e.json {
		return printJSON(stdout, part)
	}
	return report.Table(stdout, report.Row{Name: "data", Metrics: &part})
}

// printClasses prints the part with what --classes asks for.
func (e *evaluation) printClasses(m *task.Model, part train.Metrics, counts train.Counts, stdout io.Writer) error {
	classes := report.NewClasses(part, m.Labels, metrics.ConfusionOf(m.Labels.Len(), counts["confusion"]))
	if e.json {
		return printJSON(stdout, classes)
	}
	if err := report.Table(stdout, report.Row{Name: "data", Metrics: &part}); err != nil {
		return err
	}
	return classes.Print(stdout)
}
