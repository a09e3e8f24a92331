package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/format"
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

Ctrl-C ends the training after the step under way and saves the model and a
checkpoint, from which resume continues; a second one ends it at once.`,
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

// train runs the command.
func (s *settings) train(ctx context.Context, stdout, stderr io.Writer) error {
	return s.run(ctx, stdout, stderr, func() (*runFolder, error) { return newRunFolder(s) }, nil)
}

// run trains a model, from a checkpoint if from is not nil, and tells how good it is. With
// --json, standard output is for that alone, and the table and the sample are news. The
// folder is opened when nothing can be wrong with the data any more.
func (s *settings) run(ctx context.Context, stdout, stderr io.Writer, open func() (*runFolder, error), from *train.Checkpoint) error {
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
	if err := s.checkWhole(); err != nil {
		return err
	}
	m, err := s.newModel(c)
	if err != nil {
		return err
	}
	if from != nil {
		if err := from.Fits(m); err != nil {
			return &format.Error{File: c.origin, Problem: "does not fit the training: " + err.Error(), Err: err}
		}
	}
	folder, err := open()
	if err != nil {
		return err
	}
	defer folder.close()
	s.introduce(news, c, m, folder, from)

	summary, err := s.fit(ctx, m, c, folder, from, news)
	if err != nil {
		return err
	}
	result, err := s.evaluate(ctx, m, c, summary)
	if err != nil {
		return stopped(err, folder)
	}
	result.Model = folder.model()
	if err := printTable(results, namedPart{"train", result.Train}, namedPart{"valid", result.Valid}, namedPart{"test", result.Test}); err != nil {
		return err
	}
	if err := s.sample(ctx, results, m); err != nil {
		return stopped(err, folder)
	}
	fmt.Fprintf(results, "\nmodel: %s\n", result.Model)
	if !s.JSON {
		return nil
	}
	return printJSON(stdout, result)
}

func (s *settings) newModel(c *corpus) (*task.Model, error) {
	rng := s.random(randomWeights)
	m, err := task.New(s.Config, c.schema, rng)
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
func (s *settings) introduce(w io.Writer, c *corpus, m *task.Model, folder *runFolder, from *train.Checkpoint) {
	unit := trades[s.Task].targets(s.Unit)
	fmt.Fprintf(w, "data        %s\n", c.origin)
	fmt.Fprintf(w, "            %s\n", c.sizes(unit))
	if c.schema.Labels != nil {
		fmt.Fprintf(w, "            %d classes\n", c.schema.Labels.Len())
	}
	for _, note := range c.notes {
		fmt.Fprintf(w, "note        %s\n", note)
	}
	if c.schema.Vocabulary != nil {
		fmt.Fprintf(w, "vocabulary  %s\n", thousands(c.schema.Vocabulary.Len()))
	}
	fmt.Fprintf(w, "parameters  %s (%s %s)\n", thousands(graph.Count(m.Params())), cellTitle(s.Cell), thousands(graph.Count(m.Recurrent().Params())))
	fmt.Fprintf(w, "seed        %d\n", s.Seed)
	fmt.Fprintf(w, "run         %s\n", folder.path)
	if from != nil {
		fmt.Fprintf(w, "continues   after step %s\n", thousands(from.Step()))
	}
}

// cellTitle is how people write the name of a cell.
func cellTitle(name string) string {
	if title, ok := map[string]string{"lstm": "LSTM", "rnn": "RNN", "gru": "GRU"}[name]; ok {
		return title
	}
	return name
}

// fitting returns how to train the model, but for checkpoints.
func (s *settings) fitting(callbacks ...train.Callback) train.Settings {
	return train.Settings{
		Epochs:       s.Epochs,
		MaxSteps:     s.MaxSteps,
		ValidEvery:   s.ValidEvery,
		Patience:     s.Patience,
		Block:        s.Block,
		BPTT:         int(s.BPTT),
		Optimizer:    s.Optimizer,
		LearningRate: s.Rate,
		Momentum:     s.Momentum,
		WeightDecay:  s.WeightDecay,
		Schedule:     s.Schedule,
		ClipNorm:     s.ClipNorm,
		ClipValue:    s.ClipValue,
		Accumulate:   s.Accumulate,
		Average:      s.Average,
		Seed:         s.Seed,
		Graph:        s.graphs(),
		Callbacks:    callbacks,
	}
}

// fit trains the model, from a checkpoint if from is not nil.
func (s *settings) fit(ctx context.Context, m *task.Model, c *corpus, folder *runFolder, from *train.Checkpoint, news io.Writer) (*train.Summary, error) {
	notes, err := s.notes()
	if err != nil {
		return nil, err
	}
	callbacks := []train.Callback{folder}
	if !s.Quiet {
		progress := newProgress(news, s, folder.model())
		defer progress.close()
		callbacks = append(callbacks, progress)
		if s.SampleEvery > 0 {
			callbacks = append(callbacks, &sampler{ctx, news, s, m})
		}
	}
	fitting := s.fitting(callbacks...)
	fitting.Path, fitting.Checkpoints, fitting.From = folder.model(), folder.checkpoints(s, notes), from
	fitting.Elapsed = folder.elapsed
	summary, err := train.Fit(ctx, m, c.train.source, c.valid.source, fitting)
	if err == nil && from != nil && summary.Steps == from.Step() {
		fmt.Fprintln(news, "the training was finished; with more --override epochs=N or max-steps=N it would go on")
	}
	return summary, stopped(err, folder)
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
	test, err := train.Evaluate(ctx, m, c.test.source, s.graphs())
	result.Test = &test
	return result, err
}

// sample prints some text by a language model.
func (s *settings) sample(ctx context.Context, w io.Writer, m *task.Model) error {
	if s.Quiet || !s.Task.LanguageModel() {
		return nil
	}
	fmt.Fprintf(w, "\nsample at temperature %g:\n", sampleTemperature)
	return s.writeSample(ctx, w, m, 0)
}

// A stoppedError is a training that ended early and left a model.
type stoppedError struct {
	cause  error
	folder *runFolder
}

// stopped names what a training that was interrupted, diverged or could not write a file
// has left. Other errors it returns as they are.
func stopped(err error, folder *runFolder) error {
	var diverged *train.DivergedError
	if errors.Is(err, context.Canceled) || errors.As(err, &diverged) || ofFiles(err) {
		return &stoppedError{err, folder}
	}
	return err
}

// ofFiles tells whether the file system is to blame.
func ofFiles(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	return errors.As(err, &path) || errors.As(err, &link)
}

func (e *stoppedError) Error() string {
	text := e.cause.Error()
	var diverged *train.DivergedError
	switch {
	case errors.As(e.cause, &diverged):
		return fmt.Sprintf("%s; the last good model is %s", text, e.folder.model())
	case errors.Is(e.cause, context.Canceled):
		text = "interrupted; the best model so far is " + e.folder.model()
	}
	if _, err := os.Stat(e.folder.file(checkpointName)); err == nil {
		text += "; continue with lstmtrain resume " + e.folder.path
	}
	return text
}

func (e *stoppedError) Unwrap() error { return e.cause }
