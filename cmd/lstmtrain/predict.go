package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
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
		Short:                 "Predict classes or next tokens as JSON lines",
		DisableFlagsInUseLine: true,
		Long: `predict prints a line of JSON for each text that it reads. A classifier gives the
most probable label and the probability of every label, and the truth where the
file has it: where --label-column is given, or where all rows have a label that
the model knows. A language model gives the five most probable tokens to come
after the text. MODEL is a model file or the folder of a run.

Without --data it reads standard input, one text a line.`,
		Example: `  lstmtrain predict run-1 < lines.txt
  lstmtrain predict run-1 --data reviews.tsv --text-column review
  echo "func main(" | lstmtrain predict run-1`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := loadModel(args[0])
			if err != nil {
				return err
			}
			if err := columnsApply(m, cmd.Flags()); err != nil {
				return err
			}
			examples, err := p.read(m, cmd.InOrStdin(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if m.Config.Task.LanguageModel() {
				return predictTokens(cmd.Context(), m, examples, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return predictLabels(cmd.Context(), m, examples, cmd.OutOrStdout())
		},
	}
	flags := newFlagGroup("Flags")
	flags.StringVar(&p.data, "data", "", "a `FILE` to read, plain or gzip; without it standard input, one text a line")
	addGroups(cmd, flags, p.columns.group(data.TSV, data.CSV, data.JSONLines, data.PlainText))
	return cmd
}

// read returns the texts to predict for.
func (p *prediction) read(m *task.Model, stdin io.Reader, stderr io.Writer) ([]data.Example, error) {
	options := p.columns.options()
	if m.Config.Task.LanguageModel() || p.data == "" {
		options.Format = cmp.Or(options.Format, data.PlainText)
	}
	read := func(o data.LabelledOptions) ([]data.Example, error) { return data.ReadLabelled(p.data, o) }
	if p.data == "" {
		if isTerminal(stdin) {
			fmt.Fprintln(stderr, "lstmtrain: reading standard input, one text a line, up to its end (Ctrl-D)")
		}
		content, err := io.ReadAll(stdin)
		if err != nil {
			return nil, errors.Wrap(err, "reading standard input")
		}
		read = func(o data.LabelledOptions) ([]data.Example, error) {
			return data.LabelledFromBytes("standard input", content, o)
		}
	}
	if options.LabelColumn != "" {
		examples, err := read(options)
		return examples, usageUnlessData(err)
	}
	if options.Format != data.PlainText {
		if examples, err := read(options); err == nil && allKnown(m.Labels, examples) {
			return examples, nil
		}
	}
	options.NoLabel = true
	examples, err := read(options)
	return examples, usageUnlessData(err)
}

// allKnown tells whether the labels of all examples are among the model's.
func allKnown(labels *data.Labels, examples []data.Example) bool {
	return !slices.ContainsFunc(examples, func(e data.Example) bool {
		_, known := labels.ID(e.Label)
		return !known
	})
}

// labelJSON is a line that predict prints with a classifier.
type labelJSON struct {
	Text          string             `json:"text"`
	Label         string             `json:"label"`
	Probability   float64            `json:"probability"`
	Probabilities map[string]float64 `json:"probabilities"`
	Truth         string             `json:"truth,omitempty"`
}

// predictLabels prints the class of each text, in chunks, so that the first lines
// come soon.
func predictLabels(ctx context.Context, m *task.Model, examples []data.Example, stdout io.Writer) error {
	const rows, chunk = 32, 1024
	c, err := task.NewClassifier(m, min(rows, len(examples)))
	if err != nil {
		return err
	}
	defer c.Close()
	for some := range slices.Chunk(examples, chunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		texts := make([]string, len(some))
		for i, e := range some {
			texts[i] = e.Text
		}
		probabilities, err := c.Probabilities(texts)
		if err != nil {
			return err
		}
		for i, e := range some {
			if err := printJSON(stdout, newLabelJSON(m.Labels, e, probabilities[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func newLabelJSON(labels *data.Labels, e data.Example, probabilities []float64) labelJSON {
	best := metrics.Argmax(probabilities)
	line := labelJSON{e.Text, labels.Name(best), probabilities[best], map[string]float64{}, e.Label}
	for id, p := range probabilities {
		line.Probabilities[labels.Name(id)] = p
	}
	return line
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

// predictTokens prints what may follow each text.
func predictTokens(ctx context.Context, m *task.Model, examples []data.Example, stdout, stderr io.Writer) error {
	step, err := m.Compile(1, 1, false)
	if err != nil {
		return err
	}
	defer step.Close()
	symbols := m.Vocabulary.Symbols()
	for _, e := range examples {
		warnSkipped(stderr, m, e.Text)
		probabilities, err := afterText(ctx, step, beginning(m, e.Text), len(symbols))
		if err != nil {
			return err
		}
		if err := printJSON(stdout, tokensJSON{e.Text, mostProbable(symbols, probabilities, 5)}); err != nil {
			return err
		}
	}
	return nil
}

// afterText returns the probabilities of the token that follows others. After none, all
// are equally probable.
func afterText(ctx context.Context, step *task.Step, ids []int, vocabularySize int) ([]float64, error) {
	if len(ids) == 0 {
		return slices.Repeat([]float64{1 / float64(vocabularySize)}, vocabularySize), nil
	}
	batch := data.Batch{Steps: 1, Rows: 1, Inputs: make([]int, 1), Targets: make([]int, 1), Weights: make([]float64, 1)}
	for i, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch.Inputs[0], batch.Reset = id, i == 0
		if _, err := step.Run(&batch); err != nil {
			return nil, err
		}
	}
	return step.Program.Floats("probabilities"), nil
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
