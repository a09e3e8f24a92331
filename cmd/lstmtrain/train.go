package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/report"
	"github.com/seed-222a112c/lstm/train/run"
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
  lstmtrain train --config airline-passengers --data passengers.csv
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
	return s.run(ctx, stdout, stderr, nil)
}

// run trains a model, or continues a training that was stopped, and tells how good it is. With
// --json, standard output is for that alone, and the table and the sample are news. The
// folder is opened when nothing can be wrong with the data any more.
func (s *settings) run(ctx context.Context, stdout, stderr io.Writer, stopped *run.Stopped) error {
	news, results := stderr, stdout
	if s.Quiet {
		news = io.Discard
	}
	if s.JSON {
		results = news
	}
	t, err := run.Prepare(s.Settings, stopped)
	if err != nil {
		return err
	}
	s.Settings = t.Settings
	folder, err := s.folder(t, stopped)
	if err != nil {
		return err
	}
	defer folder.Close()
	s.introduce(news, t, folder)

	summary, err := s.fit(ctx, t, folder, news)
	if err != nil {
		return err
	}
	result, err := s.evaluate(ctx, t, summary)
	if err != nil {
		return ended(err, folder)
	}
	result.Model = folder.File(run.ModelName)
	if err := report.Table(results, report.Row{Name: "train", Metrics: result.Train}, report.Row{Name: "valid", Metrics: result.Valid}, report.Row{Name: "test", Metrics: result.Test}); err != nil {
		return err
	}
	if err := s.sample(ctx, results, t.Model); err != nil {
		return ended(err, folder)
	}
	fmt.Fprintf(results, "\nmodel: %s\n", result.Model)
	if !s.JSON {
		return nil
	}
	return printJSON(stdout, result)
}

// folder opens the folder of a training.
func (s *settings) folder(t *run.Training, stopped *run.Stopped) (*run.Folder, error) {
	plan := t.Plan()
	plan.Settings, plan.Overwrite = s, s.Force
	if stopped != nil {
		return stopped.Continue(plan)
	}
	return run.Begin(s.Out, plan)
}

// introduce tells what is about to be trained.
func (s *settings) introduce(w io.Writer, t *run.Training, folder *run.Folder) {
	set, m := t.Set, t.Model
	fmt.Fprintf(w, "data        %s\n", set.Origin)
	fmt.Fprintf(w, "            %s %s\n", sizes(set), dataset.Targets(s.Task, s.Unit))
	if set.Schema.Labels != nil {
		fmt.Fprintf(w, "            %d classes\n", set.Schema.Labels.Len())
	}
	for _, note := range set.Notes {
		count := ""
		if note.Count > 0 {
			count = report.Thousands(note.Count) + " "
		}
		fmt.Fprintf(w, "note        %s%s\n", count, note.Text)
	}
	if set.Schema.Vocabulary != nil {
		fmt.Fprintf(w, "vocabulary  %s\n", report.Thousands(set.Schema.Vocabulary.Len()))
	}
	fmt.Fprintf(w, "parameters  %s (%s %s)\n", report.Thousands(graph.Count(m.Params())), cellTitle(s.Cell), report.Thousands(graph.Count(m.Recurrent().Params())))
	fmt.Fprintf(w, "seed        %d\n", s.Seed)
	fmt.Fprintf(w, "run         %s\n", folder.Path())
	if from := folder.From(); from != nil {
		fmt.Fprintf(w, "continues   after step %s\n", report.Thousands(from.Step()))
	}
}

// sizes describes the parts, as in "train 9,000, valid 500, test 500".
func sizes(set *dataset.Set) string {
	var all []string
	for _, p := range []struct {
		name string
		dataset.Part
	}{{"train", set.Train}, {"valid", set.Valid}, {"test", set.Test}} {
		if p.Source != nil {
			all = append(all, p.name+" "+report.Thousands(p.Size))
		}
	}
	return strings.Join(all, ", ")
}

// cellTitle is how people write the name of a cell.
func cellTitle(name string) string {
	if title, ok := map[string]string{"lstm": "LSTM", "rnn": "RNN", "gru": "GRU"}[name]; ok {
		return title
	}
	return name
}

// fit trains the model in its folder.
func (s *settings) fit(ctx context.Context, t *run.Training, folder *run.Folder, news io.Writer) (*train.Summary, error) {
	var callbacks []train.Callback
	if !s.Quiet {
		shown := report.ProgressSettings{Targets: dataset.Targets(s.Task, s.Unit), Saved: folder.File(run.ModelName)}
		if s.Task.LanguageModel() {
			shown.Hidden = []string{"accuracy"}
		}
		progress := report.NewProgress(news, shown)
		defer progress.Close()
		callbacks = append(callbacks, progress)
		if s.SampleEvery > 0 {
			callbacks = append(callbacks, &sampler{ctx, news, s, t.Model})
		}
	}
	summary, err := t.Fit(ctx, folder, callbacks...)
	if from := folder.From(); err == nil && from != nil && summary.Steps == from.Step() {
		fmt.Fprintln(news, "the training was finished; with more --override epochs=N or max-steps=N it would go on")
	}
	return summary, ended(err, folder)
}

// evaluate tells how good the kept model is.
func (s *settings) evaluate(ctx context.Context, t *run.Training, summary *train.Summary) (*resultJSON, error) {
	test, err := t.Test(ctx)
	return &resultJSON{
		Task: s.Task, Steps: summary.Steps, Epochs: summary.Epochs, Seconds: summary.Duration.Seconds(),
		Parameters: graph.Count(t.Model.Params()), Train: &summary.Train, Valid: summary.Valid, Test: test,
	}, err
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
	folder *run.Folder
}

// ended names what a training that was interrupted, diverged or could not write a file
// has left. Other errors it returns as they are.
func ended(err error, folder *run.Folder) error {
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
		return fmt.Sprintf("%s; the last good model is %s", text, e.folder.File(run.ModelName))
	case errors.Is(e.cause, context.Canceled):
		text = "interrupted; the best model so far is " + e.folder.File(run.ModelName)
	}
	if _, err := os.Stat(e.folder.File(run.CheckpointName)); err == nil {
		text += "; continue with lstmtrain resume " + e.folder.Path()
	}
	return text
}

func (e *stoppedError) Unwrap() error { return e.cause }
