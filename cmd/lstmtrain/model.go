package main

import (
	"os"
	"path/filepath"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/run"
	"github.com/seed-222a112c/lstm/train/task"
)

// modelPath returns the path of a model: the argument, or the model in it if it is the
// folder of a run.
func modelPath(argument string) string {
	if info, err := os.Stat(argument); err == nil && info.IsDir() {
		return filepath.Join(argument, run.ModelName)
	}
	return argument
}

func loadModel(argument string) (*task.Model, error) {
	return train.LoadAs[*task.Model](modelPath(argument))
}
