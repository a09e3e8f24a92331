package schedule

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/ir/irtest"
	"github.com/seed-222a112c/lstm/graph/internal/pass"
)

// forRandomPlans calls f with the plans of random programs, with all phases and without one.
func forRandomPlans(t *testing.T, f func(seed uint64, p *Plan[float32])) {
	t.Helper()
	for seed := range uint64(200) {
		program, _ := pass.Run(irtest.Random(seed, 14).Program, pass.Pipeline(pass.Settings{Inference: seed%2 == 0}), nil)
		f(seed, planned32(t, program, Settings{Workers: 3}))
		f(seed, planned32(t, program, Settings{Workers: 3}, Names()[int(seed)%len(Names())]))
		if t.Failed() {
			t.Fatalf("seed %d:\n%v", seed, program)
		}
	}
}

// Two buffers in the same memory at the same time, one beyond its end, or one that lives on
// after a run, or is kept from run to run, in memory that another one has used. Checked by
// looking at all pairs.
func TestBuffersDoNotOverlap(t *testing.T) {
	shared := 0
	forRandomPlans(t, func(seed uint64, p *Plan[float32]) {
		for i, a := range p.buffers {
			if a.leaf != nil || a.first < 0 {
				continue
			}
			if a.offset < 0 || a.offset%align != 0 || a.offset+a.size > p.arena {
				t.Errorf("seed %d: buffer %d of %d numbers at %d of an arena of %d", seed, i, a.size, a.offset, p.arena)
			}
			for j, b := range p.buffers[:i] {
				if b.leaf != nil || b.first < 0 || a.offset >= b.offset+b.size || b.offset >= a.offset+a.size {
					continue
				}
				if shared++; a.pinned || b.pinned || a.first <= b.last && b.first <= a.last {
					t.Errorf("seed %d: buffers %d and %d, of steps %d–%d and %d–%d, are in the same memory", seed, j, i, b.first, b.last, a.first, a.last)
				}
			}
		}
	})
	if shared < 100 {
		t.Errorf("%d pairs of buffers share memory: the test shows nothing", shared)
	}
}

// A step that reads or overwrites what another worker may not have written or read yet: between
// any two steps that access the same numbers, one of them writing, there is a barrier, unless both
// give each worker the same rows. Checked by looking at all pairs of steps.
func TestBarriersWhereTheyAreNeeded(t *testing.T) {
	free := 0
	forRandomPlans(t, func(seed uint64, p *Plan[float32]) {
		if p.workers == 1 {
			return
		}
		for j, step := range p.steps {
			if step.barrier {
				continue
			}
			for i := j - 1; i >= 0; i-- {
				for _, b := range p.steps[i].Accesses() {
					for _, a := range step.Accesses() {
						if !p.overlap(a, b) || !a.Write && !b.Write {
							continue
						}
						if sameRows := a.Aligned && b.Aligned && a.Rows == b.Rows && a.Stride == b.Stride && p.rowOf(a) == p.rowOf(b); !sameRows {
							t.Errorf("seed %d: no barrier between steps %d, %s, and %d, %s", seed, i, p.steps[i].Kind(), j, step.Kind())
						}
						free++
					}
				}
				if p.steps[i].barrier {
					break
				}
			}
		}
	})
	if free < 100 {
		t.Errorf("%d times no barrier is needed: the test shows nothing", free)
	}
}

// overlap tells whether two accesses are to the same numbers, in the arena or in the memory of a leaf.
func (p *Plan[T]) overlap(a, b exec.Access) bool {
	x, y := p.buffers[a.Buffer], p.buffers[b.Buffer]
	if x.leaf != nil || y.leaf != nil {
		return a.Buffer == b.Buffer
	}
	return x.offset+a.Offset < y.offset+b.Offset+b.Span() && y.offset+b.Offset < x.offset+a.Offset+a.Span()
}

// rowOf returns the row of the arena, in rows of the stride of the access, that it begins in.
func (p *Plan[T]) rowOf(a exec.Access) int { return a.Offset / a.Stride }

// A barrier before a step that waits for nothing: a loop over time has none.
func TestNoBarrierInALoop(t *testing.T) {
	const text = `
		x = input 8x4
		u = param 4x4
		z1 = sum(x*u)
		h1 = tanh(z1)
		z2 = sum(h1*u)
		h2 = tanh(z2)
		z3 = sum(h2*u)
		h3 = tanh(z3)
		return h3
	`
	for _, step := range planOf(t, text, Settings{Workers: 2}).steps {
		if loop := !strings.HasPrefix(step.Kind(), "pack"); loop && step.barrier != (step.time == 2) {
			t.Errorf("step %s has a barrier: %v", step.Kind(), step.barrier)
		}
	}
	// Of few rows the workers divide the columns, and wait for all of them.
	barriers := 0
	for _, step := range planOf(t, strings.Replace(text, "8x4", "3x4", 1), Settings{Workers: 2}).steps {
		if step.barrier {
			barriers++
		}
	}
	if barriers != 6 {
		t.Errorf("%d barriers, want one before each of the 6 steps that follow the first", barriers)
	}
}

// Loops that are not found, found in part, or found where the steps only look alike.
func TestPeriod(t *testing.T) {
	for _, c := range []struct {
		kinds string
		want  exec.Segment // at the first step
	}{
		{"a", exec.Segment{From: 0, To: 1, Period: 1}},
		{"aa", exec.Segment{From: 0, To: 1, Period: 1}},
		{"aaa", exec.Segment{From: 0, To: 3, Period: 1}},
		{"ababab", exec.Segment{From: 0, To: 6, Period: 2}},
		{"abababa", exec.Segment{From: 0, To: 6, Period: 2}},
		{"ababac", exec.Segment{From: 0, To: 1, Period: 1}},
		{"abcabcabcabcd", exec.Segment{From: 0, To: 12, Period: 3}},
		{"aaabaaabaaab", exec.Segment{From: 0, To: 12, Period: 4}},
		{"aaaaab", exec.Segment{From: 0, To: 5, Period: 1}},
	} {
		var kinds []int
		for _, k := range c.kinds {
			kinds = append(kinds, int(k))
		}
		if got := loopAt(kinds, 0); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.kinds, got, c.want)
		}
	}
}

// Segments that leave a step out, or that have it twice.
func TestSegmentsCoverTheSteps(t *testing.T) {
	loops := 0
	forRandomPlans(t, func(seed uint64, p *Plan[float32]) {
		at := 0
		for _, s := range p.segments {
			if s.From != at || s.To <= s.From || (s.To-s.From)%s.Period != 0 {
				t.Errorf("seed %d: segment %+v at step %d", seed, s, at)
			}
			if at = s.To; s.Times() > 1 {
				loops++
				for i := s.From + s.Period; i < s.To; i++ {
					if p.steps[i].Kind() != p.steps[i-s.Period].Kind() {
						t.Errorf("seed %d: step %d is not the one before it in its loop", seed, i)
					}
				}
			}
		}
		if len(p.segments) > 0 && at != len(p.steps) {
			t.Errorf("seed %d: segments up to step %d of %d", seed, at, len(p.steps))
		}
	})
	if loops == 0 {
		t.Error("no loop has been found: the test shows nothing")
	}
}

// Work for workers where there is little, or one worker where there is much.
func TestWorkers(t *testing.T) {
	text := func(rows string) string {
		return "x = input " + rows + "\nw = param 64x64\nz = sum(x*w)\nh = tanh(z)\no = outer(x, h)\nreturn o"
	}
	if p := planOf(t, text("20x64"), Settings{}); p.workers != 1 {
		t.Errorf("%d workers for little work", p.workers)
	}
	if p := planOf(t, text("20x64"), Settings{Workers: 3}); p.workers != 3 {
		t.Errorf("%d workers, want the 3 that are asked for", p.workers)
	}
	if p := planOf(t, text("20x64"), Settings{Workers: 3}, "workers"); p.workers != 1 || p.steps[0].barrier {
		t.Errorf("%d workers without the phase, want 1", p.workers)
	}
	// Products of (100, 64)·(64, 64) and (100, 64)ᵀ·(100, 64), and elementwise work: twice 819,200
	// and twenty times 100·64, and 64·64 and 100·64 values of sums and outer products.
	want := 2*100*64*64 + 2*64*64*100 + 20*(100*64+100*64+64*64) - 20*64*64
	if got := operations(planOf(t, text("100x64"), Settings{}).Program); got != want {
		t.Errorf("%d operations, want %d", got, want)
	}
}

// Parameters that are not rounded where they are right operands, or rounded elsewhere, or what
// is not a parameter.
func TestBFloat16(t *testing.T) {
	p := planOf(t, `
		x = input 4x4
		w = param 4x4
		v = param 4x4
		a = sum(x*w)
		b = sum(x*v')
		c = sum(v*x)
		s = sum(w*w)
		d = sum(x*s)
		return a, b, c, d
	`, Settings{Workers: 1, BFloat16: true})
	rounded := 0
	for r, of := range p.packings {
		want := of.right.Op == ir.Leaf && of.right.Attr.(ir.Memory).Name == "w"
		if r.BFloat16 != want {
			t.Errorf("%v transposed %v is rounded: %v", of.right.Op, of.trans, r.BFloat16)
		}
		if r.BFloat16 {
			rounded++
		}
	}
	if rounded != 2 { // for a and for s
		t.Errorf("%d operands are rounded, want 2", rounded)
	}
	for r := range planOf(t, "x = input 4x4\nw = param 4x4\na = sum(x*w)\nreturn a", Settings{}).packings {
		if r.BFloat16 {
			t.Error("a parameter is rounded without being asked for")
		}
	}
}

// What is kept while parameters are frozen has memory that nothing else is written to.
func TestKeptMemoryIsPinned(t *testing.T) {
	p := planOf(t, `
		e = param 5x4
		w = param 4x4
		b = param 1x4 row
		k = index 1x8
		x = input 8x4
		s = sum(e*w + b)
		l = lookup[0:8](s, k)
		z = sum[in place true](x*w + l)
		n = tanh(z)
		y = sum(n*e')
		return y
	`, Settings{Workers: 2})
	for _, step := range p.steps {
		once := false
		switch s := step.Step.(type) {
		case *exec.Product[float32]:
			once = s.Once
		case *exec.Pack[float32]:
			once = s.Once
		}
		for _, a := range step.Accesses() {
			if once && a.Write && !p.buffers[a.Buffer].pinned {
				t.Errorf("%s is done once and writes to memory that is used again", step.Kind())
			}
		}
	}
	kept := 0
	for _, b := range p.buffers {
		if b.pinned {
			kept++
		}
	}
	if kept != 4 { // e·W + b, W and Eᵀ packed, the output
		t.Errorf("%d buffers are kept, want 4", kept)
	}
}

// Numbers of rows and classes that are not checked before a run, or against the wrong limit.
func TestChecks(t *testing.T) {
	p := planOf(t, `
		e = param 5x4
		k = index 1x8
		t = index 1x8
		w = input 8x1
		l = lookup[0:8](e, k)
		s = scatter[7](l, k)
		c = crossentropy(l, t, w)
		return s, c, l
	`, Settings{})
	got := map[string]int{}
	for _, c := range p.schedule().Checks {
		got[c.What] += c.Below
	}
	if got["rows"] != 5+7 || got["target"] != 4 || len(got) != 2 {
		t.Errorf("numbers are checked against %v, want rows below 5 and 7 and targets below 4", got)
	}
}

// A phase that is left out and runs, one that is needed and can be left out, an unknown one.
func TestWithout(t *testing.T) {
	all := Pipeline[float64](Settings{})
	for _, name := range Names() {
		got, err := Without(all, name)
		if err != nil || len(got) != len(all)-1 || slices.ContainsFunc(got, func(p Phase[float64]) bool { return p.Name == name }) {
			t.Errorf("without %s there are %d phases of %d, and the error %v", name, len(got), len(all), err)
		}
	}
	for _, name := range []string{"steps", "order", "nonsense"} {
		if _, err := Without(all, name); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "memory") {
			t.Errorf("without %s the error is %v, want one that names it and those that can be left out", name, err)
		}
	}
}

// A phase that rewrites nothing in some hundred random programs, or that does not count it; one
// that rewrites nothing and counts.
func TestPhasesRewrite(t *testing.T) {
	total := map[string]int{}
	for seed := range uint64(200) {
		program, _ := pass.Run(irtest.Random(seed, 14).Program, pass.Pipeline(pass.Settings{}), nil)
		_, n := Run(program, Pipeline[float32](Settings{Workers: 2}))
		for name, n := range n {
			total[name] += n
		}
	}
	t.Log(total)
	for _, phase := range Pipeline[float32](Settings{}) {
		if rewrites := !phase.Needed; rewrites != (total[phase.Name] > 0) {
			t.Errorf("%s has made %d rewrites, want some: %v", phase.Name, total[phase.Name], rewrites)
		}
	}
}

// Rewrites of a small program that are counted twice, or not: one derivative is sunk to where it is
// wanted, two elementwise values are computed with their operand, one operand is packed once, one
// product and one packing are done with another, and the workers wait once for what is packed.
func TestRunCounts(t *testing.T) {
	for text, want := range map[string]map[string]int{
		"x = input 8x3\nw = param 3x3\nu = param 3x3\ns = sigmoid(x)\no = affine[-1, 1](s)\nz = sum(s*w)\ny = sum(s*u)\nv = sum(x*w)\ng = mul(o, z)\nreturn g, y, v": {
			"clusters": 2, "sink": 1, "pack": 1, "share": 2, "workers": 1},
		"x = input 8x3\ns = softmax(x)\nreturn s": {},
	} {
		_, got := Run(ir.MustParse(text), Pipeline[float32](Settings{Workers: 2}))
		for name, n := range got {
			if n != want[name] {
				t.Errorf("%s\n%s has made %d rewrites, want %d", text, name, n, want[name])
			}
		}
	}
}
