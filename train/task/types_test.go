package task_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// A halving is a Peephole but for its output, of which it gives half.
type halving struct{ *cells.Peephole }

func (h halving) Step(b *graph.Builder, x *graph.Node, prev cells.State) cells.State {
	next := h.Peephole.Step(b, x, prev)
	next.Hidden = b.Affine(next.Hidden, 0.5, 0)
	return next
}

func newHalving(name string, in, hidden int, rng *rand.Rand) halving {
	return halving{cells.NewPeephole(name, in, hidden, rng)}
}

// A sorter is a classifier by another name that counts its right answers only.
type sorter struct{ task.Task }

func (sorter) Report(_ *task.Model, counts train.Counts, r *train.Metrics) {
	r.Add("right", counts["confusion"][0])
}

func init() {
	cells.Register("halving", newHalving)
	task.Register("sort", sorter{task.Classify.Task()})
}

// A model of a cell and of a task that were registered comes back with their types, and what its
// file says of them has to be so where it is read. A cell in the stack of another type than its
// name makes is not written at all. Would catch a cell that is loaded as the one that it embeds.
func TestTypesAreWrittenAndChecked(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "model")
	own := changed(t, classifier(t, 4), func(c *task.Config) { c.Cell, c.Task, c.Layers = "halving", "sort", 2 })
	if err := train.Save(path, own); err != nil {
		t.Fatal(err)
	}
	loaded, err := train.LoadAs[*task.Model](path)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := loaded.Stack[1].(halving); !ok {
		t.Errorf("the cell that was loaded is a %T", loaded.Stack[1])
	}
	if _, ok := loaded.Task().(sorter); !ok {
		t.Errorf("the task that was loaded is a %T", loaded.Task())
	}
	file, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ key, value, want string }{
		{"lstm.cell.type", "main.other", `its cell "halving" was a main.other and is a github.com/seed-222a112c/lstm/train/task_test.halving`},
		{"lstm.cell.type", "", `its cell "halving" was one of this module and is a`},
		{"lstm.task.type", "main.other", `its task "sort" was a main.other and is a task_test.sorter here: register the one`},
		{"lstm.config", strings.Replace(file.Metadata["lstm.config"], "halving", "thirding", 1), `no cell "thirding"`},
		{"lstm.config", strings.Replace(file.Metadata["lstm.config"], `"sort"`, `"shuffle"`, 1), `no task "shuffle"; the tasks are [char word classify tag forecast notes grade sort], and task.Register adds others`},
		{"lstm.config", strings.Replace(file.Metadata["lstm.config"], "halving", "peephole", 1), `its cell "peephole" was a`},
	} {
		changed := *file
		changed.Metadata = map[string]string{}
		for key, value := range file.Metadata {
			changed.Metadata[key] = value
		}
		if changed.Metadata[test.key] = test.value; test.value == "" {
			delete(changed.Metadata, test.key)
		}
		other := filepath.Join(folder, "other")
		if err := safetensors.WriteFile(other, &changed); err != nil {
			t.Fatal(err)
		}
		if _, err := train.Load(other); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %q: error %v, want %q", test.key, test.value, err, test.want)
		}
	}

	disguised := changed(t, classifier(t, 4), func(c *task.Config) { c.Cell = "peephole" })
	disguised.Stack[0] = halving{disguised.Stack[0].(*cells.Peephole)}
	source, err := data.NewSequences([][]int{{1, 2}}, []int{1}, 1, 4)
	if err != nil {
		t.Fatal(err)
	}
	_, trained := train.Fit(t.Context(), disguised, source, nil, train.Settings{Path: path})
	_, saved := train.Fit(t.Context(), disguised, source, nil, train.Settings{Checkpoints: train.Checkpoints{Path: path}})
	for _, err := range []error{train.Save(path, disguised), trained, saved} {
		if err == nil || !strings.Contains(err.Error(), `task_test.halving under the name "peephole"`) || !strings.Contains(err.Error(), "register it") {
			t.Errorf("error %v for a cell that is not what its name makes", err)
		}
	}
	if again, err := safetensors.ReadFile(path); err != nil || again.Metadata["lstm.cell.type"] != file.Metadata["lstm.cell.type"] {
		t.Errorf("the file that was there is another: %v", err)
	}
}

// A checkpoint of one cell does not fit a model of another, or of none that is known, though all
// parameters have the same names.
func TestCheckpointOfAnotherCell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint")
	source, err := data.NewSequences([][]int{{1, 2}}, []int{1}, 1, 4)
	if err != nil {
		t.Fatal(err)
	}
	peephole := changed(t, classifier(t, 4), func(c *task.Config) { c.Cell = "peephole" })
	if _, err := train.Fit(t.Context(), peephole, source, nil, train.Settings{Checkpoints: train.Checkpoints{Path: path}}); err != nil {
		t.Fatal(err)
	}
	from, err := train.ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Fits(peephole); err != nil {
		t.Error(err)
	}
	inDisguise := changed(t, peephole, func(*task.Config) {})
	inDisguise.Stack[0] = halving{inDisguise.Stack[0].(*cells.Peephole)}
	labelled := *peephole
	labelled.Labels = nil
	for want, m := range map[string]*task.Model{
		`under the name "peephole"`:           inDisguise,
		"lstm.labels of the checkpoint":       &labelled,
		"lstm.cell.type of the checkpoint is": changed(t, peephole, func(c *task.Config) { c.Cell = "halving" }),
	} {
		if err := from.Fits(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if m == &labelled {
			continue // it cannot be trained
		}
		if _, err := train.Fit(t.Context(), m, source, nil, train.Settings{From: from}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("continuing: error %v, want %q", err, want)
		}
	}
}

// Names of tasks are unique, and those of this module come first.
func TestRegisterRefuses(t *testing.T) {
	if !slices.Equal(task.Kinds()[:6], []task.Kind{task.Characters, task.Words, task.Classify, task.Tag, task.Forecast, task.Notes}) {
		t.Errorf("the tasks are %v", task.Kinds())
	}
	for name, register := range map[string]func(){
		"twice":   func() { task.Register("sort", sorter{}) },
		"ours":    func() { task.Register(task.Tag, sorter{}) },
		"no name": func() { task.Register("", sorter{}) },
		"no task": func() { task.Register("nothing", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			register()
		}()
	}
}
