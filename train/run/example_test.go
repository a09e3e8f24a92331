package run_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/run"
	"github.com/seed-222a112c/lstm/train/task"
)

// A classifier of the texts of a CSV file is trained, stopped after an epoch, and continued to the
// model that it would have come to.
func Example() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "mail.csv")
	rows := strings.Repeat("ham,see you at home\nspam,win a prize now\nham,call me later\nspam,\"free prize, call now\"\n", 12)
	if err := os.WriteFile(file, []byte("label,text\n"+rows), 0o666); err != nil {
		panic(err)
	}

	ctx, out := context.Background(), filepath.Join(folder, "mail")
	settings := run.Settings{
		Config:       task.Config{Task: task.Classify, Cell: "lstm", Hidden: 8, Layers: 1, Embed: 4},
		Options:      dataset.Options{Data: []string{file}, Split: dataset.Split{Train: 0.5, Valid: 0.25, Test: 0.25}, Batch: 4, Seed: 1},
		Epochs:       6,
		Optimization: run.Optimization{Rate: 0.05, ClipNorm: 5},
		Saving:       run.Saving{CheckpointEvery: run.Interval{Steps: 10}},
	}
	begin := func() (*run.Training, *run.Folder, error) {
		t, err := run.Prepare(settings, nil)
		if err != nil {
			return nil, nil, err
		}
		f, err := run.Begin(out, t.Plan())
		return t, f, err
	}
	resume := func() (*run.Training, *run.Folder, error) {
		stopped, err := run.Open(out)
		if err != nil {
			return nil, nil, err
		}
		defer stopped.Close()
		var saved run.Settings
		if err := stopped.Settings(&saved); err != nil {
			return nil, nil, err
		}
		t, err := run.Prepare(saved, stopped)
		if err != nil {
			return nil, nil, err
		}
		f, err := stopped.Continue(t.Plan())
		return t, f, err
	}

	for _, open := range []func() (*run.Training, *run.Folder, error){begin, resume} {
		training, f, err := open()
		if err != nil {
			fmt.Println(err)
			return
		}
		stopAfter := train.CallbackFunc(func(e train.Event) error {
			if e.Kind == train.Validated && e.Epoch == 1 {
				return train.Stop
			}
			return nil
		})
		summary, err := training.Fit(ctx, f, stopAfter)
		f.Close()
		if err != nil {
			fmt.Println(err)
			return
		}
		test, err := training.Test(ctx)
		fmt.Printf("%d epochs, accuracy on %d tests %.2f %v\n", summary.Epochs, test.Targets, test.Value("accuracy"), err)
	}
	model, err := train.LoadAs[*task.Model](filepath.Join(out, run.ModelName))
	fmt.Println(model.Labels.Names(), err)
	// Output:
	// 1 epochs, accuracy on 12 tests 1.00 <nil>
	// 6 epochs, accuracy on 12 tests 1.00 <nil>
	// [ham spam] <nil>
}
