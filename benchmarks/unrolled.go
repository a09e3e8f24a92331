package benchmarks

import "github.com/seed-222a112c/lstm/graph"

// Unrolled returns a workload for measuring how the time to compile grows with T, the
// number of time steps. It is small in all else.
func Unrolled(steps int) Workload {
	return Workload{Name: "unrolled", Vocabulary: 50, Inputs: 16, Hidden: 16, Layers: 1, Steps: steps, Batch: 2, Outputs: 2}
}

// CompileSteps returns the numbers of time steps at which the time to compile is measured.
// The reference engine, whose time grows with the square, stops early.
func CompileSteps(e graph.Engine) []int {
	if e == graph.Reference {
		return []int{10, 25, 50, 100, 200}
	}
	return []int{10, 25, 50, 100, 200, 400, 700, 1000, 1250, 1500}
}
