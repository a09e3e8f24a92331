package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "lstmtrain",
		Short: "Train LSTMs and use them",
		Long: `lstmtrain trains LSTM networks: language models of characters or words, classifiers
of texts, series and recordings, taggers, forecasters and models of music. It
evaluates, samples and inspects what it trained.

Results go to standard output, progress to standard error. No environment
variables are needed.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad data or model file, 4 training
diverged (the last good model is named), 130 interrupted after saving.`,
		Example: `  lstmtrain train                                        learn from Go source text, about a minute
  lstmtrain train --data book.txt --out book             a character model of a text
  lstmtrain train --task classify --data reviews.tsv     a classifier of labelled texts
  lstmtrain train --task forecast --data sales.csv       the next numbers of columns
  lstmtrain generate book --prompt "Once upon" --length 300
  lstmtrain predict run-1 < lines.txt`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs, // so that RunE sees an unknown command
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetVersionTemplate("lstmtrain {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newTrainCommand(), newRecipesCommand(), newResumeCommand(), newEvalCommand(), newPredictCommand(), newGenerateCommand(), newInspectCommand(), newBenchCommand())
	return root
}

func unknownCommand(root *cobra.Command, name string) error {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return usagef("no command %q; the commands are %s; see lstmtrain --help", name, strings.Join(names, ", "))
}

// version returns the version of the module that the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// A usageError is a mistake in the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error {
	return &usageError{errors.Errorf(format, args...)}
}

// oneModel demands the argument MODEL and nothing else.
func oneModel(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usagef("%s needs MODEL, a model file or the folder of a run; see %s --help", cmd.Name(), cmd.CommandPath())
	case len(args) > 1:
		return usagef("%s takes one MODEL, but there is also %q", cmd.Name(), args[1])
	}
	return nil
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes flags only, but there is %q; files are given with --data", cmd.Name(), args[0])
	}
	return nil
}

// A flagGroup is flags that stand together in a help text.
type flagGroup struct {
	title string
	*pflag.FlagSet
}

func newFlagGroup(title string) flagGroup {
	flags := pflag.NewFlagSet(title, pflag.ContinueOnError)
	flags.SortFlags = false
	return flagGroup{title, flags}
}

// addGroups gives a command flags and a help text that shows them in groups.
func addGroups(cmd *cobra.Command, groups ...flagGroup) {
	for _, g := range groups {
		cmd.Flags().AddFlagSet(g.FlagSet)
	}
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		w := cmd.OutOrStderr()
		fmt.Fprintf(w, "Usage:\n  %s\n\nExamples:\n%s\n", cmd.UseLine(), cmd.Example)
		for _, g := range groups {
			fmt.Fprintf(w, "\n%s:\n%s", g.title, g.FlagUsages())
		}
		return nil
	})
}
