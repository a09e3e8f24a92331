package exec

import (
	"fmt"
	"strings"
)

// A Report says what the passes made of a graph.
type Report struct {
	NodesBefore, NodesAfter int // nodes of the graph, and of the rewritten one
	Steps, Barriers         int // operations of a run, and how often the workers wait for one another
	Clusters, Elementwise   int // clusters, and the elementwise operations in them
	Products, Merged        int // products before, and operations that compute them
	FLOPs, Bytes            int // of the products of a run; read and written in a run
	Arena                   int // bytes of memory for all values
	Workers                 int
	Segments                []string // what the nodes of the rewritten graph do

	Rewrites map[string]int // how many each pass has made, by name
}

// String returns the report as text.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "nodes       %d before, %d after\n", r.NodesBefore, r.NodesAfter)
	fmt.Fprintf(&b, "steps       %d, %d barriers for %d workers\n", r.Steps, r.Barriers, r.Workers)
	fmt.Fprintf(&b, "products    %d as %d operations\n", r.Products, r.Merged)
	fmt.Fprintf(&b, "elementwise %d operations in %d clusters\n", r.Elementwise, r.Clusters)
	fmt.Fprintf(&b, "a run       %.3f GFLOP in products, %.1f MB read and written\n", float64(r.FLOPs)/1e9, float64(r.Bytes)/1e6)
	fmt.Fprintf(&b, "arena       %.1f MB\n", float64(r.Arena)/1e6)
	for i, s := range r.Segments {
		fmt.Fprintf(&b, "%3d  %s\n", i+1, s)
	}
	return b.String()
}

func (e *engine[T]) report() Report {
	r := Report{NodesAfter: len(e.Segments) + len(e.leaves), Steps: len(e.Steps), Arena: e.Arena * bytesOf[T](), Workers: e.Workers}
	for _, s := range e.Steps {
		flops, bytes := s.Work()
		r.FLOPs += flops
		r.Bytes += bytes
		if s.Barrier {
			r.Barriers++
		}
		switch s := s.Step.(type) {
		case *Product[T], *Outer[T]:
			r.Merged++
		case *Cluster[T]:
			r.Clusters++
			r.Elementwise += len(s.Program.Prims)
		}
	}
	for _, s := range e.Segments {
		r.Segments = append(r.Segments, e.title(s))
	}
	return r
}
