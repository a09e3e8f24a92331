package main

import (
	"context"
	"fmt"
	"io"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/cobra"
)

func newTrainCommand() *cobra.Command {
	s := newSettings()
	cmd := &cobra.Command{
		Use:                   "train [flags]",
		Short:                 "Train a model and keep the best",
		DisableFlagsInUseLine: true,
		Long: `train learns a language model, a classifier, a tagger or a forecaster from files and
keeps the model that does best on the validation part.

Without --data it learns to write Go from the source text of the Go toolchain on
this machine, the first million bytes of the standard library, in about a minute
on two cores: 300 batches of 25 rows, one layer, and a learning rate of 0.01,
where these are not given.

Ctrl-C ends the training after the step under way and saves the model; a second
one ends it at once.`,
		Example: `  lstmtrain train
  lstmtrain train --data book.txt --epochs 20 --out book
  lstmtrain train --task word --data train.txt --valid valid.txt --test test.txt
  lstmtrain train --task classify --data spam.tsv --label-column 1 --text-column 2
  lstmtrain train --task tag --data train.conllu --valid dev.conllu
  lstmtrain train --task forecast --data passengers.csv --horizon 12 --season 12 --relative
  lstmtrain train --task notes --data chorales.json
  lstmtrain train --config recipes/airline-passengers.json --epochs 50
  lstmtrain train --data book.txt --cell rnn --json --quiet`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.complete(cmd.Flags()); err != nil {
				return err
			}
			return s.train(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	addGroups(cmd, s.groups()...)
	return cmd
}

// train runs the command. With --json, standard output is for that alone, and the
// table and the sample are news.
func (s *settings) train(ctx context.Context, stdout, stderr io.Writer) error {
	news, results := stderr, stdout
	if s.Quiet {
		news = io.Discard
	}
	if s.JSON {
		results = news
	}
	c, err := trades[s.Task].read(s)
	if err != nil {
		return err
	}
	m, err := s.newModel(c)
	if err != nil {
		return err
	}
	folder, err := newRunFolder(s)
	if err != nil {
		return err
	}
	defer folder.close()
	s.introduce(news, c, m, folder)

	summary, err := s.fit(ctx, m, c, folder, news)
	if err != nil {
		return err
	}
	result, err := s.evaluate(ctx, m, c, summary)
	if err != nil {
		return stopped(err, folder.model())
	}
	result.Model = folder.model()
	if err := printTable(results, namedPart{"train", result.Train}, namedPart{"valid", result.Valid}, namedPart{"test", result.Test}); err != nil {
		return err
	}
	if err := s.sample(ctx, results, m); err != nil {
		return stopped(err, folder.model())
	}
	fmt.Fprintf(results, "\nmodel: %s\n", result.Model)
	if !s.JSON {
		return nil
	}
	return printJSON(stdout, result)
}

func (s *settings) newModel(c *corpus) (*task.Model, error) {
	rng := s.random(randomWeights)
	m, err := task.New(s.Config, c.meaning, rng)
	if err != nil {
		return nil, err
	}
	if s.Init != "" {
		if err := m.Initialise(s.Init, rng); err != nil {
			return nil, err
		}
	}
	if s.ForgetBias == nil {
		return m, nil
	}
	return m, m.SetForgetBias(*s.ForgetBias)
}

// introduce tells what is about to be trained.
func (s *settings) introduce(w io.Writer, c *corpus, m *task.Model, folder *runFolder) {
	unit := trades[s.Task].targets(s.Unit)
	fmt.Fprintf(w, "data        %s\n", c.origin)
	fmt.Fprintf(w, "            %s\n", c.sizes(unit))
	if c.meaning.Labels != nil {
		fmt.Fprintf(w, "            %d classes\n", c.meaning.Labels.Len())
	}
	for _, note := range c.notes {
		fmt.Fprintf(w, "note        %s\n", note)
	}
	if c.meaning.Vocabulary != nil {
		fmt.Fprintf(w, "vocabulary  %s\n", thousands(c.meaning.Vocabulary.Len()))
	}
	fmt.Fprintf(w, "parameters  %s (%s %s)\n", thousands(graph.Count(m.Params())), cellTitle(s.Cell), thousands(graph.Count(m.Stack.Params())))
	fmt.Fprintf(w, "seed        %d\n", s.Seed)
	fmt.Fprintf(w, "run         %s\n", folder.path)
}

// cellTitle is how people write the name of a cell.
func cellTitle(name string) string {
	if title, ok := map[string]string{"lstm": "LSTM", "rnn": "RNN", "gru": "GRU"}[name]; ok {
		return title
	}
	return name
}

// fit trains the model.
func (s *settings) fit(ctx context.Context, m *task.Model, c *corpus, folder *runFolder, news io.Writer) (*train.Summary, error) {
	progress := newProgress(news, s, folder.model())
	defer progress.close()
	callbacks := []train.Callback{folder}
	if !s.Quiet {
		callbacks = append(callbacks, progress)
	}
	summary, err := train.Fit(ctx, m, c.train.source, c.valid.source, train.Settings{
		Epochs:       s.Epochs,
		MaxSteps:     s.MaxSteps,
		ValidEvery:   s.ValidEvery,
		LearningRate: s.Rate,
		ClipNorm:     s.ClipNorm,
		Optimizer:    s.Optimizer,
		Seed:         s.Seed,
		Path:         folder.model(),
		Callbacks:    callbacks,
	})
	return summary, stopped(err, folder.model())
}

// evaluate tells how good the kept model is.
func (s *settings) evaluate(ctx context.Context, m *task.Model, c *corpus, summary *train.Summary) (*resultJSON, error) {
	result := &resultJSON{
		Task: s.Task, Steps: summary.Steps, Epochs: summary.Epochs, Seconds: summary.Duration.Seconds(),
		Parameters: graph.Count(m.Params()), Train: &summary.Train, Valid: summary.Valid,
	}
	if c.test.source == nil {
		return result, nil
	}
	test, err := train.Evaluate(ctx, m, c.test.source)
	result.Test = &test
	return result, err
}

// Of the sample after the training of a language model.
const (
	sampleCharacters  = 300
	sampleWords       = 60
	sampleTemperature = 0.7
)

// sample prints some text by a language model, from the beginning of a line.
func (s *settings) sample(ctx context.Context, w io.Writer, m *task.Model) error {
	if s.Quiet || !s.Task.LanguageModel() {
		return nil
	}
	length := sampleCharacters
	if s.Unit == data.Word {
		length = sampleWords
	}
	fmt.Fprintf(w, "\nsample at temperature %g:\n", sampleTemperature)
	prompt := beginning(m, "")
	if err := continueText(ctx, w, m, prompt, length, task.Sampling{Temperature: sampleTemperature}, s.random(randomText)); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return nil
}

// A stoppedError is a training that ended early and left a model.
type stoppedError struct {
	cause error
	model string
}

// stopped names the model in the error of a training that was interrupted or diverged.
// Other errors it returns as they are.
func stopped(err error, model string) error {
	var diverged *train.DivergedError
	if errors.Is(err, context.Canceled) || errors.As(err, &diverged) {
		return &stoppedError{err, model}
	}
	return err
}

func (e *stoppedError) Error() string {
	if errors.Is(e.cause, context.Canceled) {
		return "interrupted; the best model so far is " + e.model
	}
	return fmt.Sprintf("%v; the last good model is %s", e.cause, e.model)
}

func (e *stoppedError) Unwrap() error { return e.cause }
