package graphgen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
)

// A Table counts what programs met.
type Table struct {
	Programs   int
	Operations map[string]int // programs that an operation is in
	Rewrites   map[string]int // compiled programs that a pass rewrote something in
}

// NewTable returns a table of nothing.
func NewTable() *Table {
	return &Table{Operations: map[string]int{}, Rewrites: map[string]int{}}
}

// program counts the operations of a program.
func (t *Table) program(p *Program) {
	t.Programs++
	met := map[string]bool{}
	for i := range p.Statements {
		met[p.Statements[i].Op] = true
	}
	for op := range met {
		t.Operations[op]++
	}
}

// rewritten counts what the passes made of a compiled program. It is the one place that reads
// the report.
func (t *Table) rewritten(r *graph.Report) {
	count := func(what string, met bool) {
		if met {
			t.Rewrites[what]++
		} else {
			t.Rewrites[what] += 0 // it is a rewrite that may be rare
		}
	}
	for _, pass := range graph.Passes() {
		count(pass, r.Rewrites[pass] > 0)
	}
	text := strings.Join(r.Segments, "\n")
	count("products merged", r.Merged < r.Products)
	count("elementwise operations clustered", r.Elementwise > r.Clusters)
	count("loops", strings.Contains(text, "× {"))
	count("copies", strings.Contains(text, "copy"))
	count("barriers", r.Barriers > 0)
}

// Rare lists the operations and rewrites that were met fewer than n times.
func (t *Table) Rare(n int) (rare []string) {
	for op := range operations {
		if t.Operations[op] < n {
			rare = append(rare, op)
		}
	}
	for what, met := range t.Rewrites {
		if met < n {
			rare = append(rare, what)
		}
	}
	slices.Sort(rare)
	return rare
}

// String returns the table as text, operations that were never met included.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d programs\n", t.Programs)
	for _, op := range slices.Sorted(maps.Keys(operations)) {
		fmt.Fprintf(&b, "%9d  %s\n", t.Operations[op], op)
	}
	fmt.Fprintln(&b, "rewrites")
	for _, what := range slices.Sorted(maps.Keys(t.Rewrites)) {
		fmt.Fprintf(&b, "%9d  %s\n", t.Rewrites[what], what)
	}
	return b.String()
}
