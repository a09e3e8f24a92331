package main

import (
	"cmp"
	"context"
	"fmt"
	stdio "io"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/cobra"
)

// prediction is what predict can be told.
type prediction struct {
	data string
	columns
}

func newPredictCommand() *cobra.Command {
	p := &prediction{}
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
			io := streams{cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()}
			return trades[m.Config.Task].predict(cmd.Context(), p, m, io)
		},
	}
	flags := newFlagGroup("Flags")
	flags.StringVar(&p.data, "data", "", "a `FILE` to read, plain or gzip; without it standard input, one text a line")
	addGroups(cmd, flags, p.columns.group(format.PlainText))
	return cmd
}

// readAll returns the content of standard input, and says on a terminal what it waits for.
func (io streams) readAll(what string) ([]byte, error) {
	if isTerminal(io.in) {
		fmt.Fprintf(io.err, "lstmtrain: reading standard input, %s, up to its end (Ctrl-D)\n", what)
	}
	content, err := stdio.ReadAll(io.in)
	return content, errors.Wrap(err, "reading standard input")
}

// reader returns a function that reads labelled texts, from standard input if there is no
// file.
func (p *prediction) reader(io streams) (func(format.LabelledOptions) ([]format.Example, error), error) {
	if p.data != "" {
		return func(o format.LabelledOptions) ([]format.Example, error) { return format.ReadLabelled(p.data, o) }, nil
	}
	content, err := io.readAll("one text a line")
	return func(o format.LabelledOptions) ([]format.Example, error) {
		return format.LabelledFromBytes("standard input", content, o)
	}, err
}

// readLines returns the lines to predict for.
func (p *prediction) readLines(io streams) ([]format.Example, error) {
	read, err := p.reader(io)
	if err != nil {
		return nil, err
	}
	return read(format.LabelledOptions{Format: format.PlainText, NoLabel: true})
}

// readLabelled returns the texts to predict the classes of. Labels are read if they are
// asked for, or if the model knows them all.
func (p *prediction) readLabelled(m *task.Model, io streams) ([]format.Example, error) {
	if p.data != "" && !p.LabelPattern.IsZero() {
		return p.columns.read([]string{p.data})
	}
	options := p.columns.options()
	if p.data == "" {
		options.Format = cmp.Or(options.Format, format.PlainText)
	}
	read, err := p.reader(io)
	if err != nil {
		return nil, err
	}
	if options.LabelColumn != "" {
		examples, err := read(options)
		return examples, usageUnlessData(err)
	}
	if options.Format != format.PlainText {
		if examples, err := read(options); err == nil && allKnown(m.Labels, examples) {
			return examples, nil
		}
	}
	options.NoLabel = true
	examples, err := read(options)
	return examples, usageUnlessData(err)
}

// allKnown tells whether the labels of all examples are among the model's.
func allKnown(labels *schema.Labels, examples []format.Example) bool {
	return !slices.ContainsFunc(examples, func(e format.Example) bool {
		_, known := labels.ID(e.Label)
		return !known
	})
}

// tokensJSON is a line that predict prints with a language model.
type tokensJSON struct {
	Text string      `json:"text"`
	Next []tokenJSON `json:"next"` // the most probable first
}

type tokenJSON struct {
	Token       string  `json:"token"` // of bytes, byte n is written as the character U+00n
	Probability float64 `json:"probability"`
}

// predict prints what may follow each text.
func (languageTrade) predict(ctx context.Context, p *prediction, m *task.Model, io streams) error {
	examples, err := p.readLines(io)
	if err != nil {
		return err
	}
	program, err := train.Compile(m, &data.Batch{Steps: 1, Rows: 1}, train.Compilation{})
	if err != nil {
		return err
	}
	defer program.Close()
	program.Freeze()
	symbols := m.Vocabulary.Symbols()
	for _, e := range examples {
		warnSkipped(io.err, m, e.Text)
		probabilities, err := afterText(ctx, program, beginning(m, e.Text), len(symbols))
		if err != nil {
			return err
		}
		if err := printJSON(io.out, tokensJSON{e.Text, mostProbable(symbols, probabilities, 5)}); err != nil {
			return err
		}
	}
	return nil
}

// afterText returns the probabilities of the token that follows others. After none, all
// are equally probable.
func afterText(ctx context.Context, program *train.Program[data.Batch], ids []int, vocabularySize int) ([]float64, error) {
	if len(ids) == 0 {
		return slices.Repeat([]float64{1 / float64(vocabularySize)}, vocabularySize), nil
	}
	batch := data.Batch{Steps: 1, Rows: 1, Inputs: make([]int, 1), Targets: make([]int, 1), Weights: make([]float64, 1)}
	for i, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch.Inputs[0], batch.Reset = id, i == 0
		if _, err := program.Run(&batch, 0, nil); err != nil {
			return nil, err
		}
	}
	return program.Graph().Floats("probabilities"), nil
}

// mostProbable returns the first n tokens by falling probability.
func mostProbable(symbols []string, probabilities []float64, n int) []tokenJSON {
	tokens := make([]tokenJSON, len(symbols))
	for id, symbol := range symbols {
		tokens[id] = tokenJSON{symbol, probabilities[id]}
	}
	slices.SortStableFunc(tokens, func(a, b tokenJSON) int { return cmp.Compare(b.Probability, a.Probability) })
	return tokens[:min(n, len(tokens))]
}
