package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/run"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// overridable are the settings that a training may change on its way, by their flags. All
// others would make it another training.
var overridable = []string{
	"epochs", "max-steps", "valid-every", "patience", "lr", "weight-decay", "clip-norm", "clip-value",
	"data", "valid", "test", "checkpoint-every", "keep", "log", "sample-every", "engine", "workers",
}

// resumption is what resume can be told.
type resumption struct {
	overrides   []string
	json, quiet bool
	engine      graph.Engine
	workers     int
}

func newResumeCommand() *cobra.Command {
	r := &resumption{}
	cmd := &cobra.Command{
		Use:                   "resume RUN [flags]",
		Short:                 "Continue a training that was stopped",
		DisableFlagsInUseLine: true,
		Long: `resume continues the training of a run, from the last checkpoint in its folder, and
ends with the same model, to the bit, as if it had never been stopped. Of a run
that was finished it shows the results again.

It refuses to go on if config.json or the data have changed since. Settings are
changed with --override, by the names that they have as flags of train, such as
epochs=40 or lr=0.001; a file that is named, as in data=book.txt, is taken as it
is now. What would make it another training cannot be changed. --engine is the run's
if it is not given, and no bit depends on --workers. Two processes cannot train in one
folder at the same time.`,
		Example: `  lstmtrain resume run-1
  lstmtrain resume run-1 --override epochs=40 --override lr=0.0005`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := oneRun(args)
			if err != nil {
				return err
			}
			changes, err := r.changes(cmd.Flags())
			if err != nil {
				return err
			}
			return r.run(cmd.Context(), folder, changes, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	g := newFlagGroup("Flags")
	g.StringArrayVar(&r.overrides, "override", nil, "change a setting, as in `KEY=VALUE`; repeat the flag for several")
	g.BoolVar(&r.json, "json", false, "print one JSON object on standard output and nothing else")
	g.BoolVar(&r.quiet, "quiet", false, "no progress and no sample of text")
	addGroups(cmd, g, engineFlags(&r.engine, &r.workers))
	return cmd
}

func (r *resumption) run(ctx context.Context, folder string, changes []change, stdout, stderr io.Writer) error {
	stopped, err := run.Open(folder)
	if err != nil {
		return err
	}
	defer stopped.Close()
	s, err := r.settings(stopped, changes)
	if err != nil {
		return err
	}
	s.JSON, s.Quiet = r.json, r.quiet
	return s.run(ctx, stdout, stderr, stopped)
}

// oneRun demands the argument RUN and nothing else, and returns its folder.
func oneRun(args []string) (string, error) {
	switch {
	case len(args) == 0:
		return "", usagef("resume needs RUN, the folder of a run; see lstmtrain resume --help")
	case len(args) > 1:
		return "", usagef("resume takes one RUN, but there is also %q", args[1])
	}
	folder := strings.TrimSuffix(args[0], string(filepath.Separator))
	if info, err := os.Stat(args[0]); err != nil || !info.IsDir() {
		return "", usagef("%s is not the folder of a run", args[0])
	}
	return folder, nil
}

// A change is a setting by the name of its flag, and what it is to be.
type change struct{ flag, value string }

// changes reads the overrides, and the flags that are short for some.
func (r *resumption) changes(flags *pflag.FlagSet) ([]change, error) {
	var changes []change
	for _, o := range r.overrides {
		key, value, ok := strings.Cut(o, "=")
		if !ok {
			return nil, usagef("--override %s: want KEY=VALUE, as in epochs=40", o)
		}
		if flag := run.Option(key); slices.Contains(overridable, flag) {
			changes = append(changes, change{flag, value})
			continue
		}
		return nil, usagef("--override %s: %q cannot be changed in a training that is under way; what can is %s", o, key, strings.Join(overridable, ", "))
	}
	for _, name := range []string{"engine", "workers"} {
		if flags.Changed(name) {
			changes = append(changes, change{name, flags.Lookup(name).Value.String()})
		}
	}
	return changes, nil
}

// settings returns the settings of the checkpoint with the changes, after checking that no others
// have changed.
func (r *resumption) settings(stopped *run.Stopped, changes []change) (*settings, error) {
	var overridden []string
	for _, c := range changes {
		overridden = append(overridden, c.flag)
	}
	s := &settings{}
	if err := stopped.Settings(s, overridden...); err != nil {
		return nil, err
	}
	return s, s.apply(changes)
}

// apply changes settings as flags of train would.
func (s *settings) apply(changes []change) error {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, g := range []flagGroup{s.dataGroup(), s.trainingGroup(), optimizerFlags(&s.Optimization), s.checkpointFlags(), engineFlags(&s.Engine, &s.Workers)} {
		flags.AddFlagSet(g.FlagSet)
	}
	for _, c := range changes {
		if err := flags.Set(c.flag, c.value); err != nil {
			return usagef("--override %s=%s: %v", run.Option(c.flag), c.value, errors.Unwrap(err))
		}
	}
	if err := s.checkChanged(flags); err != nil {
		return err
	}
	if err := checkEngine(s.Engine, flags); err != nil {
		return err
	}
	if _, err := s.NewOptimizer(0); err != nil {
		return usagef("--override: %v", err)
	}
	return nil
}
