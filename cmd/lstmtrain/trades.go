package main

import (
	"context"
	"io"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// A trade is what the commands do for a task: how it reads files, and what it prints.
type trade interface {
	// complete fills in the settings that are not given, and reports those that do not
	// fit each other.
	complete(s *settings, flags *pflag.FlagSet) error

	// read reads what train learns from. It may fill in settings that depend on data.
	read(s *settings) (*corpus, error)

	// source reads files for eval, in batches of so many rows.
	source(m *task.Model, files []string, c columns, rows int) (data.Source, error)

	// predict prints a line of JSON for each thing that it reads.
	predict(ctx context.Context, p *prediction, m *task.Model, io streams) error

	// targets names what the targets are, in the plural.
	targets(unit schema.Unit) string
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// trades holds the trade of every task.
var trades = map[task.Kind]trade{
	task.Characters: languageTrade{},
	task.Words:      languageTrade{},
	task.Classify:   classifyTrade{},
	task.Tag:        tagTrade{},
	task.Forecast:   forecastTrade{},
	task.Notes:      notesTrade{},
}

// onlyFor lists the flags that mean something for some tasks only.
var onlyFor = map[string][]task.Kind{
	"classes":       {task.Classify, task.Tag},
	"vocab-size":    {task.Words, task.Classify, task.Tag},
	"min-count":     {task.Words, task.Classify, task.Tag},
	"unit":          {task.Characters, task.Words, task.Classify},
	"text-column":   {task.Classify, task.Tag},
	"label-column":  {task.Classify, task.Tag},
	"format":        {task.Classify, task.Tag},
	"header":        {task.Classify},
	"label-pattern": {task.Classify},
	"encoding":      {task.Classify},
	"spectrum":      {task.Classify},
	"limit":         {task.Classify, task.Tag, task.Forecast},
	"embed":         {task.Characters, task.Words, task.Classify, task.Tag},
	"affixes":       {task.Tag},
	"pool":          {task.Classify, task.Forecast},
	"target":        {task.Forecast},
	"input":         {task.Forecast},
	"horizon":       {task.Forecast},
	"season":        {task.Forecast},
	"relative":      {task.Forecast},
	"test-batch":    {task.Characters, task.Words},
	"sample-every":  {task.Characters, task.Words},
}

// flagsApply reports a flag that is given and means nothing for a task.
func flagsApply(kind task.Kind, flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		tasks, some := onlyFor[f.Name]
		for _, t := range tasks {
			some = some && t != kind
		}
		if some && err == nil {
			err = usagef("--%s does not apply to --task %s", f.Name, kind)
		}
	})
	return err
}
