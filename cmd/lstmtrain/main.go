// Lstmtrain trains recurrent networks and uses what it trained: it
// evaluates, predicts, generates and shows models. The command without arguments
// says how.
//
// It exits with 0 if all went well, 1 if something failed, 2 on wrong usage, 3 on bad
// data or a bad model file, 4 if training diverged and 130 if it was interrupted.
// Results go to standard output, all else to standard error.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitBadData     = 3
	exitDiverged    = 4
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// execute is the whole program: it runs a command and returns the exit code.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(stderr, "lstmtrain:", complaint(err))
	}
	return exitCode(err)
}

func complaint(err error) string {
	var option *dataset.OptionError
	switch {
	case err == context.Canceled:
		return "interrupted"
	case errors.As(err, &option):
		return option.Flags
	}
	return err.Error()
}

func exitCode(err error) int {
	var usage *usageError
	var option *dataset.OptionError
	var bad *format.Error
	var diverged *train.DivergedError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, &option):
		return exitUsage
	case errors.As(err, &bad):
		return exitBadData
	case errors.As(err, &diverged):
		return exitDiverged
	}
	return exitFailed
}
