package main

import (
	"fmt"
	"io"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/report"
	"github.com/spf13/cobra"
)

func newPredictCommand() *cobra.Command {
	in := &dataset.Input{Name: "standard input"}
	cmd := &cobra.Command{
		Use:                   "predict MODEL [flags]",
		Short:                 "Predict classes, tags, next tokens or next numbers as JSON lines",
		DisableFlagsInUseLine: true,
		Long: `predict prints a line of JSON for each text that it reads. A classifier gives the
most probable label and the probability of every label, and the truth where the
file has it: where --label-column is given, or where all rows have a label that
the model knows. A tagger gives the tags of the words of a sentence. A language
model gives the five most probable tokens to come after the text. A forecaster reads
a CSV file and gives the rows to come after it. MODEL is a model file or the folder of
a run.

Without --data it reads standard input, one text a line.`,
		Example: `  lstmtrain predict run-1 < lines.txt
  lstmtrain predict run-1 --data reviews.tsv --text-column review
  lstmtrain predict run-1 --data passengers.csv
  echo "func main(" | lstmtrain predict run-1`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := loadModel(args[0])
			if err != nil {
				return err
			}
			if err := flagsApply(m.Config.Task, cmd.Flags()); err != nil {
				return err
			}
			s := streams{cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()}
			in.Read = s.readAll
			return taskCommands[m.Config.Task].predict(cmd.Context(), m, in, s)
		},
	}
	flags := newFlagGroup("Flags")
	flags.StringVar(&in.Path, "data", "", "a `FILE` to read, plain or gzip; without it standard input, one text a line")
	addGroups(cmd, flags, columnFlags(&in.Columns, format.PlainText))
	return cmd
}

// readAll returns the content of standard input, and says on a terminal what it waits for.
func (s streams) readAll(what string) ([]byte, error) {
	if report.IsTerminal(s.in) {
		fmt.Fprintf(s.err, "lstmtrain: reading standard input, %s, up to its end (Ctrl-D)\n", what)
	}
	content, err := io.ReadAll(s.in)
	return content, errors.Wrap(err, "reading standard input")
}
