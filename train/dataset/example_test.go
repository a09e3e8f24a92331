package dataset_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/task"
)

// The columns of a CSV file become windows of four rows, from which the next one is forecast.
func ExampleOpen() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "sales.csv")
	if err := os.WriteFile(file, []byte("sold,price\n"+strings.Repeat("1,5\n2,6\n3,6\n2,5\n", 10)), 0o666); err != nil {
		panic(err)
	}

	set, err := dataset.Open(task.Config{Task: task.Forecast, Steps: 4}, dataset.Options{
		Data: []string{file}, Split: dataset.Split{Train: 0.8, Valid: 0.2}, Batch: 8,
		Forecast: dataset.Forecast{Targets: []string{"sold"}, Inputs: []string{"price"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Train.Size, set.Valid.Size, dataset.Targets(task.Forecast, ""), "with", set.Schema)
	fmt.Println(set.Schema.Features.Names, set.Schema.Features.Mean)
	// Output:
	// 28 8 windows with a horizon and features
	// [sold price] [2 5.5]
}
