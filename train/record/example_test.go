package record_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/record"
)

// A record is a callback. Of a training that continues from a checkpoint, the second
// argument is that checkpoint.
func ExampleNewJSONLines() {
	folder, err := os.MkdirTemp("", "record")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "metrics.jsonl")
	lines, err := record.NewJSONLines(path, nil)
	if err != nil {
		panic(err)
	}
	// In a program: train.Fit(ctx, model, stream, nil, train.Settings{Callbacks: []train.Callback{lines}})
	event := train.Event{Kind: train.Validated, Epoch: 1, Step: 50, Metrics: train.Metrics{Loss: 1.5, Targets: 400}, Duration: 20 * time.Millisecond, Elapsed: 3500 * time.Millisecond, Best: true}
	if err := lines.Handle(event); err != nil {
		panic(err)
	}
	if err := lines.Close(); err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s", content)
	// Output: {"kind":"valid","epoch":1,"step":50,"loss":1.5,"targets":400,"ms":20,"seconds":3.5,"best":true}
}
