package task

import "github.com/seed-222a112c/lstm/cells"

// A Pool says what a head reads that says something about a whole sequence.
type Pool string

// The pools.
const (
	Last Pool = "last" // the output after the last step; of both directions, if there are two
	Mean Pool = "mean" // the mean over the steps
	Max  Pool = "max"  // the largest output of each unit over the steps
)

var pools = map[Pool]cells.Pool{Mean: cells.MeanStep, Max: cells.MaxStep}

// Pools lists the pools.
func Pools() []Pool { return []Pool{Last, Mean, Max} }
