package benchmarks_test

import (
	"context"
	"fmt"

	"github.com/seed-222a112c/lstm/benchmarks"
	"github.com/seed-222a112c/lstm/graph"
)

// Both engines on a small workload, in turns.
func ExampleMeasure() {
	small := benchmarks.Workload{Name: "small", Vocabulary: 9, Inputs: 4, Hidden: 8, Layers: 1, Steps: 4, Batch: 2, Outputs: 2}
	results, err := benchmarks.Measure(context.Background(), small, benchmarks.Settings{
		Configs: []benchmarks.Config{{Engine: graph.Fused}, {Engine: graph.Reference}},
	})
	if err != nil {
		panic(err)
	}
	for _, r := range results {
		fmt.Println(r.Workload, r.Engine, r.Cell, r.Milliseconds > 0)
	}
	// Output:
	// small fused lstm true
	// small reference lstm true
}
