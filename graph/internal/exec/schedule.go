package exec

import (
	"fmt"
	"strings"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"gorgonia.org/gorgonia"
)

// A Schedule is all that a run takes: steps in their order, and where everything lies.
type Schedule[T kernel.Float] struct {
	Steps    []Scheduled[T]
	Buffers  []Buffer
	Arena    int // numbers in memory of its own
	Lists    []*List[T]
	Checks   []Check
	Results  []Place // of the outputs
	Segments []Segment
	Workers  int
	Temps    int // most temporaries of a cluster
	Operands int // most places and temporaries of a cluster
}

// A Scheduled step may have a barrier before it: all workers must have done what is before.
type Scheduled[T kernel.Float] struct {
	Step[T]
	Barrier bool
}

// A Buffer is memory of a run: a leaf's, a number, or a part of the arena.
type Buffer struct {
	Leaf     *gorgonia.Node // if not nil, what holds the memory
	Constant *float64       // if not nil, the number
	Size     int
	Used     bool // a step touches it
	Offset   int  // in the arena
	Pinned   bool // nothing else is ever written to it
}

// Given tells whether the buffer is not of the arena.
func (b *Buffer) Given() bool { return b.Leaf != nil || b.Constant != nil }

// A Check says that the numbers in a buffer are in [0, Below).
type Check struct {
	Numbers int // number of the buffer
	Below   int
	What    string // for messages
}

// A Segment is steps that become one node of the rewritten graph: a loop, which repeats a
// pattern of steps, or the steps between two loops.
type Segment struct {
	From, To int // steps
	Period   int // length of the pattern
}

// Times returns how often the pattern is repeated.
func (s Segment) Times() int { return (s.To - s.From) / s.Period }

// String lists the steps, a line each, with a mark where there is a barrier.
func (s *Schedule[T]) String() string {
	var b strings.Builder
	for _, step := range s.Steps {
		mark := " "
		if step.Barrier {
			mark = "|"
		}
		fmt.Fprintf(&b, "%s %s\n", mark, step.Kind())
	}
	return b.String()
}

// title says what a segment does.
func (s *Schedule[T]) title(g Segment) string {
	var kinds []string
	for i := range g.Period {
		kinds = append(kinds, s.Steps[g.From+i].Kind())
	}
	text := strings.Join(kinds, "; ")
	if g.Times() > 1 {
		text = fmt.Sprintf("%d× {%s}", g.Times(), text)
	}
	return text
}
