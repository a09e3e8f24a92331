// Package task says what a model is for. A model is an embedding, or numbers as they
// are, under a stack of recurrent cells and a dense layer, the head; a Task says which
// outputs of the cells the head reads, what the head's own outputs mean, how they are
// trained and what they are worth. Each task is a file of this package: what it needs to know, its
// head, what it counts and reports, and its predictor. Heads that tasks share, classes, sets and
// values, have files of their own.
//
// Shapes are written with B the batch size, T the number of time steps, I the width of
// inputs that are numbers, H the hidden size, V the vocabulary size, C the number of
// classes, O the width of the head and n the number of targets of a batch.
package task

import (
	"fmt"
	"sync"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/schema"
)

// A Kind is a task by its name on the command line.
type Kind string

// A Task is what a model is for. It has no state: what a model knows of its data is in
// its Schema.
type Task interface {
	// Reading says which outputs of the cells the head reads.
	Reading() Reading

	// Outputs returns O, the width of the head. It is an error if the schema lacks
	// something that the task needs or has something that it has no use for.
	Outputs(s schema.Schema) (int, error)

	// Count counts how good the outputs of a program's last run, on a batch, are.
	Count(m *Model, p *graph.Program, batch *data.Batch) train.Counts

	// Counted returns how many numbers Count counts of each name.
	Counted(m *Model) map[string]int

	// Report adds the measures that follow from counts, in r, whose loss and
	// number of targets, which is not 0, are there already.
	Report(m *Model, counts train.Counts, r *train.Metrics)

	Head
}

// A Head is how the outputs of the dense layer are trained and read.
type Head interface {
	// Loss adds the loss of the outputs, of shape (n, O), to the graph: a mean over
	// targets that is weighted by weights, of shape (n, 1). It declares the targets as
	// inputs, and as outputs what Count needs.
	Loss(b *graph.Builder, outputs, weights *graph.Node) *graph.Node

	// Predict adds what is read of a model that is not being trained.
	Predict(b *graph.Builder, outputs *graph.Node)

	// SetTargets sets the inputs that Loss declared.
	SetTargets(p *graph.Program, batch *data.Batch) error

	// BaselineLoss returns about the loss of a head of width O that knows nothing of its
	// inputs.
	BaselineLoss(outputs int) float64
}

// A Reading says which outputs of the cells the head reads, and where state starts.
type Reading int

// The readings.
const (
	Carried   Reading = iota // every step, from the state that the batch before left
	EveryStep                // every step of each row, from zeros
	LastStep                 // the last step of each row, from zeros
)

// targets returns n, the number of targets of a batch.
func (r Reading) targets(steps, rows int) int {
	if r == LastStep {
		return rows
	}
	return steps * rows
}

// tasks are those of this package and then those that were registered.
var tasks = struct {
	sync.RWMutex
	list []registered
}{list: []registered{
	{Characters, languageModel{}},
	{Words, languageModel{}},
	{Classify, classifier{}},
	{Tag, tagger{}},
	{Forecast, forecaster{}},
	{Notes, composer{}},
}}

// builtin is the number of tasks of this package.
var builtin = len(tasks.list)

// A registered is a task by its name.
type registered struct {
	kind Kind
	task Task
}

// Register adds a task by a name that model files then hold: a program that reads them registers
// a task of the same type under it first. It is for the init function of the package that has the
// task. It panics if there is a task of that name.
func Register(kind Kind, t Task) {
	tasks.Lock()
	defer tasks.Unlock()
	if kind == "" || t == nil {
		panic(fmt.Sprintf("task: Register of task %q, which is %v", kind, t))
	}
	for _, known := range tasks.list {
		if known.kind == kind {
			panic(fmt.Sprintf("task: task %q is registered as a %T and then as a %T", kind, known.task, t))
		}
	}
	tasks.list = append(tasks.list, registered{kind, t})
}

// Kinds lists the tasks.
func Kinds() []Kind {
	tasks.RLock()
	defer tasks.RUnlock()
	var kinds []Kind
	for _, t := range tasks.list {
		kinds = append(kinds, t.kind)
	}
	return kinds
}

// Task returns what the kind stands for, or nil if there is no such task.
func (k Kind) Task() Task {
	t, _ := k.find()
	return t
}

// find returns the task and whether it is one of this package.
func (k Kind) find() (t Task, ours bool) {
	tasks.RLock()
	defer tasks.RUnlock()
	for i, t := range tasks.list {
		if t.kind == k {
			return t.task, i < builtin
		}
	}
	return nil, false
}

// LanguageModel tells whether the task is to predict the next token.
func (k Kind) LanguageModel() bool { return k == Characters || k == Words }
