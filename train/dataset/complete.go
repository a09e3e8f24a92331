package dataset

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// An OptionError says that an option does not apply, or does not fit another.
type OptionError struct {
	// Flags is the complaint with options written as flags of a command: --text-column stands
	// for TextColumn.
	Flags string
}

// Error returns the complaint with options by their names.
func (e *OptionError) Error() string { return "dataset: " + strings.ReplaceAll(e.Flags, "--", "") }

func optionf(format string, args ...any) error { return &OptionError{fmt.Sprintf(format, args...)} }

// onlyFor lists the options that mean something for some tasks only, by the names that they have
// as flags.
var onlyFor = map[string][]task.Kind{
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
	"target":        {task.Forecast},
	"input":         {task.Forecast},
	"horizon":       {task.Forecast},
	"season":        {task.Forecast},
	"relative":      {task.Forecast},
	"test-batch":    {task.Characters, task.Words},
}

// Applies tells whether an option, by the name that it has as a flag, means something for a task.
func Applies(option string, kind task.Kind) bool {
	tasks, some := onlyFor[option]
	return !some || slices.Contains(tasks, kind)
}

// notForNumbers are the options that mean nothing for a classifier of series.
var notForNumbers = []string{"embed", "unit", "vocab-size", "min-count", "text-column", "label-column", "header", "encoding"}

// Complete fills in the defaults that depend on the task and on other options, but for those that
// follow from the data, and returns an *OptionError if an option does not apply. What is complete
// already it leaves as it is.
func (o *Options) Complete(c *task.Config) error {
	r := readers[c.Task]
	if r == nil {
		return optionf("--task %s reads no files of this package", c.Task)
	}
	if len(o.Data) == 0 && c.Task != task.Characters {
		return optionf("--task %s needs --data FILE; only char has text to learn from without", c.Task)
	}
	for _, option := range o.given(c) {
		if !Applies(option, c.Task) && !(option == "unit" && o.Unit == schema.Word && c.Task == task.Tag) {
			return optionf("--%s does not apply to --task %s", option, c.Task)
		}
	}
	if o.TestBatch > 0 && !o.Tests() {
		return optionf("--test-batch %d without a test part: give --test FILE or a --split with a third share", o.TestBatch)
	}
	o.Batch = cmp.Or(o.Batch, 50)
	return r.complete(c, o)
}

// given lists the options that are not zero and mean something for some tasks only, in the order
// of the fields.
func (o *Options) given(c *task.Config) []string {
	var names []string
	if c.Embed != 0 {
		names = append(names, "embed")
	}
	for _, group := range []any{*o, o.Columns, o.Forecast} {
		v := reflect.ValueOf(group)
		for i := range v.NumField() {
			key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			name := strings.ReplaceAll(key, "_", "-")
			if _, some := onlyFor[name]; some && !v.Field(i).IsZero() {
				names = append(names, name)
			}
		}
	}
	return names
}

// Numbers tells whether a task's inputs are numbers, and not tokens.
func (o *Options) Numbers(kind task.Kind) bool {
	return kind == task.Forecast || kind == task.Notes || kind == task.Classify && o.series(o.Data)
}

// series tells whether files hold series, by their format or the first one's name.
func (c Columns) series(paths []string) bool {
	return len(paths) > 0 && format.SeriesFormat(paths[0], c.Format) != ""
}
