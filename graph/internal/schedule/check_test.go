package schedule

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// planOf runs the phases on a program given as text.
func planOf(t *testing.T, text string, s Settings, without ...string) *Plan[float32] {
	t.Helper()
	p, err := ir.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return planned32(t, p, s, without...)
}

func planned32(t *testing.T, p *ir.Program, s Settings, without ...string) *Plan[float32] {
	t.Helper()
	phases, err := Without(Pipeline[float32](s), without...)
	if err != nil {
		t.Fatal(err)
	}
	plan := newPlan[float32](p)
	for _, phase := range phases {
		phase.Run(plan)
	}
	return plan
}

// lines lists the steps: what they do, what they read and write, by buffer, and a mark where the
// workers wait.
func lines(p *Plan[float32]) string {
	names := map[int]string{}
	for v, at := range p.places {
		if v.Op == ir.Leaf {
			names[at.Buffer] = v.Attr.(ir.Memory).Name
		}
	}
	var b strings.Builder
	for _, s := range p.steps {
		if s.barrier {
			b.WriteString("| ")
		}
		b.WriteString(s.Kind() + ":")
		for _, t := range s.Touches() {
			name, known := names[t.Buffer]
			if !known {
				name = fmt.Sprint("#", len(names))
				names[t.Buffer] = name
			}
			b.WriteString(" ")
			if t.Write {
				b.WriteString("→")
			}
			fmt.Fprintf(&b, "%s", name)
			if t.Offset > 0 || t.Stride != t.Cols {
				fmt.Fprintf(&b, "+%d", t.Offset)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// checkSteps compares the steps of a program with lines.
func checkSteps(t *testing.T, text, want string, s Settings, without ...string) {
	t.Helper()
	got := lines(planOf(t, text, s, without...))
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(want), "\n") {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	if want := b.String(); got != want {
		t.Errorf("the steps of\n%s\nare\n%s\nwant\n%s", text, got, want)
	}
}
