package dataset

import (
	"fmt"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// A Set is a data set that is open.
type Set struct {
	Config  task.Config // of the model, with what followed from the data: the task's Steps, if they were 0
	Options Options     // complete, with what followed from the data: fewer rows of a batch for a short text
	Origin  string      // the files, for people
	Schema  schema.Schema
	Train   Part
	Valid   Part
	Test    Part
	Notes   []Note
}

// A Part is a part of a data set. Its Source is nil if there is no such part.
type Part struct {
	Source data.Source[data.Batch]
	Size   int // what Targets counts
}

// A Note is what the user should know of what was read.
type Note struct {
	Count int    // of things that it speaks of, before Text; 0 if it does not
	Text  string // such as "windows are left out: …"
}

// String returns the note.
func (n Note) String() string {
	if n.Count == 0 {
		return n.Text
	}
	return fmt.Sprint(n.Count, " ", n.Text)
}

func (s *Set) note(count int, text string, args ...any) {
	s.Notes = append(s.Notes, Note{count, fmt.Sprintf(text, args...)})
}

// A reader reads files for a task.
type reader interface {
	// complete is the task's part of Options.Complete.
	complete(c *task.Config, o *Options) error

	// open makes the parts of a set, whose config and options are complete, and its schema.
	open(s *Set) error

	// source reads files to measure a model on, in batches of so many rows.
	source(m *task.Model, files []string, c Columns, rows int) (data.Source[data.Batch], error)

	// targets names what the targets are, in the plural.
	targets(unit schema.Unit) string
}

// readers holds the reader of every task.
var readers = map[task.Kind]reader{
	task.Characters: language{},
	task.Words:      language{},
	task.Classify:   texts{},
	task.Tag:        sentences{},
	task.Forecast:   windows{},
	task.Notes:      music{},
}

// Open opens a data set for the task of a model's config, of which Task and Steps count: the
// longest sequence, 0 for one that suits the task or the data. The model's other fields are for
// task.New, with the config of the Set.
func Open(c task.Config, o Options) (*Set, error) {
	if err := o.Complete(&c); err != nil {
		return nil, err
	}
	s := &Set{Config: c, Options: o, Origin: o.files()}
	if err := readers[c.Task].open(s); err != nil {
		return nil, err
	}
	return s, nil
}

// SourceFor reads files to measure a model on, as Open would for the model's task, in batches of
// so many rows, and with the model's schema.
func SourceFor(m *task.Model, files []string, c Columns, rows int) (data.Source[data.Batch], error) {
	r := readers[m.Config.Task]
	if r == nil || len(files) == 0 {
		return nil, errors.Errorf("dataset: nothing to read for task %s in %d files", m.Config.Task, len(files))
	}
	return r.source(m, files, c, rows)
}

// Targets names what the targets of a task are, in the plural, such as characters.
func Targets(kind task.Kind, unit schema.Unit) string { return readers[kind].targets(unit) }

// Streams of random numbers of a seed, apart from those that train.Fit draws from the same one.
const (
	sampleStream = 1<<32 + 1
	splitStream  = 1<<32 + 2
)

func (o *Options) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(o.Seed, stream)) }

// shuffled reads examples and deals them to the parts: those of Data at random, but for the parts
// that have files of their own.
func shuffled[E any](o *Options, read func(paths []string) ([]E, error)) (parts data.Parts[E], err error) {
	all, err := read(o.Data)
	if err != nil {
		return parts, err
	}
	if o.Limit > 0 {
		all = data.Sample(all, o.Limit, o.random(sampleStream))
	}
	parts, err = data.SplitShuffled(all, o.fractions(), o.files(), o.random(splitStream))
	if err != nil {
		return parts, err
	}
	return parts, readParts(o, &parts, read)
}

// readParts reads the parts that have files of their own.
func readParts[E any](o *Options, parts *data.Parts[E], read func(paths []string) ([]E, error)) (err error) {
	if o.Valid != "" {
		if parts.Valid, err = read([]string{o.Valid}); err != nil {
			return err
		}
	}
	if o.Test != "" {
		parts.Test, err = read([]string{o.Test})
	}
	return err
}

// fill makes the parts of a set, of those that are not empty. Their sizes are what size counts.
func fill[E any](s *Set, parts data.Parts[E], size func([]E) int, source func([]E) (data.Source[data.Batch], error)) error {
	for _, p := range []struct {
		examples []E
		into     *Part
	}{{parts.Train, &s.Train}, {parts.Valid, &s.Valid}, {parts.Test, &s.Test}} {
		if len(p.examples) == 0 {
			continue
		}
		made, err := source(p.examples)
		if err != nil {
			return err
		}
		*p.into = Part{made, size(p.examples)}
	}
	return nil
}

func number[E any](examples []E) int { return len(examples) }

// concat reads files one after the other.
func concat[E any](paths []string, read func(path string) ([]E, error)) ([]E, error) {
	var all []E
	for _, path := range paths {
		some, err := read(path)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// columnsUnlessData tells options that do not fit from files that are bad.
func columnsUnlessData(err error) error {
	var bad *format.Error
	if err == nil || errors.As(err, &bad) {
		return err
	}
	return optionf("--format, --header, --text-column and --label-column do not fit: %v", err)
}

// inFile names the file in a complaint about data that does not.
func inFile(err error, file string) error {
	var bad *format.Error
	if errors.As(err, &bad) && bad.File == "" {
		bad.File = file
	}
	return err
}
