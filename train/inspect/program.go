package inspect

import (
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/task"
)

// A Program is what the fused engine made of the graph that trains a model.
type Program struct {
	BatchSteps  int      `json:"batch_steps"` // T
	BatchRows   int      `json:"batch_rows"`  // B
	NodesBefore int      `json:"nodes_before"`
	NodesAfter  int      `json:"nodes_after"`
	Steps       int      `json:"steps"` // operations of a run
	Barriers    int      `json:"barriers"`
	Workers     int      `json:"workers"`
	FLOPs       int      `json:"flops"` // of the products of a run
	Bytes       int      `json:"bytes"` // read and written in a run
	Arena       int      `json:"arena"` // bytes of memory for all values
	Segments    []string `json:"segments"`

	Report *graph.Report `json:"-"`
}

// Compile compiles the model as train does, for batches of so many rows. Of batches
// that run in blocks it is the program of a block.
func Compile(m *task.Model, rows int) (*Program, error) {
	program, err := train.Compile(m, &data.Batch{Steps: m.Config.Steps, Rows: rows}, train.Settings{}.Compilation(true))
	if err != nil {
		return nil, err
	}
	defer program.Close()
	r := program.Graph().Report()
	return &Program{
		BatchSteps: m.Config.Steps, BatchRows: rows,
		NodesBefore: r.NodesBefore, NodesAfter: r.NodesAfter,
		Steps: r.Steps, Barriers: r.Barriers, Workers: r.Workers,
		FLOPs: r.FLOPs, Bytes: r.Bytes, Arena: r.Arena,
		Segments: r.Segments, Report: r,
	}, nil
}
