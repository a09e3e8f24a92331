package main

import (
	"context"
	"io"
	"strings"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// evaluation is what eval can be told.
type evaluation struct {
	data  []string
	batch int
	json  bool
	columns
}

func newEvalCommand() *cobra.Command {
	e := &evaluation{batch: 50}
	cmd := &cobra.Command{
		Use:                   "eval MODEL --data FILE [flags]",
		Short:                 "Measure a model on a file",
		DisableFlagsInUseLine: true,
		Long: `eval prints the loss of a model on a file, with perplexity and bits per character
or accuracy. MODEL is a model file or the folder of a run.`,
		Example: `  lstmtrain eval run-1 --data test.txt
  lstmtrain eval run-1/model.safetensors --data reviews.tsv --label-column stars --json`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(e.data) == 0 {
				return usagef("eval needs --data FILE")
			}
			return e.run(cmd.Context(), args[0], cmd.Flags(), cmd.OutOrStdout())
		},
	}
	flags := newFlagGroup("Flags")
	flags.StringArrayVar(&e.data, "data", nil, "a `FILE` to measure on, plain or gzip; repeat the flag for several")
	flags.Var(wholeFrom(1, &e.batch), "batch", "rows of a batch")
	flags.BoolVar(&e.json, "json", false, "print one JSON object")
	addGroups(cmd, flags, e.columns.group(data.TSV, data.CSV, data.JSONLines))
	return cmd
}

func (e *evaluation) run(ctx context.Context, model string, flags *pflag.FlagSet, stdout io.Writer) error {
	m, err := loadModel(model)
	if err != nil {
		return err
	}
	if err := columnsApply(m, flags); err != nil {
		return err
	}
	source, err := e.source(m)
	if err != nil {
		return err
	}
	part, err := train.Evaluate(ctx, m, source)
	if err != nil {
		return err
	}
	if e.json {
		return printJSON(stdout, part)
	}
	return printTable(stdout, m.Config.Task, namedPart{"data", &part})
}

// columnsApply reports flags about columns that are given for a language model.
func columnsApply(m *task.Model, flags *pflag.FlagSet) error {
	if !m.Config.Task.LanguageModel() {
		return nil
	}
	for _, name := range []string{"text-column", "label-column", "format", "header"} {
		if flags.Changed(name) {
			return usagef("--%s does not apply to a language model", name)
		}
	}
	return nil
}

// source reads the files as the model was trained to.
func (e *evaluation) source(m *task.Model) (data.Source, error) {
	if !m.Config.Task.LanguageModel() {
		examples, err := e.columns.read(e.data)
		if err != nil {
			return nil, err
		}
		return sequences(m.Vocabulary, m.Labels, examples, e.batch, m.Config.Steps)
	}
	text, err := data.ReadText(e.data, m.Vocabulary.Unit())
	if err != nil {
		return nil, err
	}
	ids, err := m.Vocabulary.Encode(text)
	if err != nil {
		return nil, err
	}
	s, err := stream(ids, e.batch, m.Config.Steps)
	if err != nil {
		return nil, inFile(err, strings.Join(e.data, ", "))
	}
	return s, nil
}
