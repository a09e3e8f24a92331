package main

import (
	"context"
	"io"
	"slices"

	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// A taskCommand is what the commands do for a task.
type taskCommand struct {
	// predict prints a line of JSON for each thing that is read.
	predict func(ctx context.Context, m *task.Model, in *dataset.Input, s streams) error
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

var taskCommands = map[task.Kind]taskCommand{
	task.Characters: {predictTokens},
	task.Words:      {predictTokens},
	task.Classify:   {predictClasses},
	task.Tag:        {predictTags},
	task.Forecast:   {predictRows},
	task.Notes:      {predictKeys},
}

// onlyFor lists the flags that mean something for some tasks only, beside those of package dataset.
var onlyFor = map[string][]task.Kind{
	"classes":      {task.Classify, task.Tag},
	"pool":         {task.Classify, task.Forecast},
	"sample-every": {task.Characters, task.Words},
}

// applies tells whether a flag means something for a task.
func applies(flag string, kind task.Kind) bool {
	tasks, some := onlyFor[flag]
	return dataset.Applies(flag, kind) && (!some || slices.Contains(tasks, kind))
}

// flagsApply reports a flag that is given and means nothing for a task.
func flagsApply(kind task.Kind, flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if err == nil && !applies(f.Name, kind) {
			err = usagef("--%s does not apply to --task %s", f.Name, kind)
		}
	})
	return err
}

// Of predictions in chunks.
const (
	predictBatch = 32   // rows of a batch
	predictChunk = 1024 // things whose lines come together
)

// inChunks calls do for some things after the other, so that the first lines come soon.
func inChunks[E any](ctx context.Context, all []E, do func(some []E) error) error {
	for some := range slices.Chunk(all, predictChunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := do(some); err != nil {
			return err
		}
	}
	return nil
}
