package graphgen

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// values are outputs, and gradients, by name.
type values = map[string][]float64

// A Failure is a program on which two ways to compute it disagree.
type Failure struct {
	Program *Program
	Variant Variant
	What    string
}

// Error returns what failed and the program.
func (f *Failure) Error() string {
	return fmt.Sprintf("# %v: %s\n%v", f.Variant, f.What, f.Program)
}

// A checking compares the ways to compute one program.
type checking struct {
	program *Program
	table   *Table // counts what is met; nil for nobody
	want    []values
	forward *checking // of the program without its objective
	noises  map[graph.Dtype][]values
	runs    map[Variant][]values
}

// Check compares ways to compute the program: plain loops, the reference engine and the
// variants. The error is that of a program which says nothing: one that does not fit, or whose
// values are out of range.
func (p *Program) Check(variants []Variant, table *Table) (*Failure, error) {
	c := &checking{program: p, table: table, noises: map[graph.Dtype][]values{}, runs: map[Variant][]values{}}
	if f, err := c.begin(); f != nil || err != nil {
		return f, err
	}
	for _, v := range variants {
		if v == oracle {
			continue // begin has checked it
		}
		of := c
		if v.ofForward() && p.has("Minimize") {
			if of = c.withoutObjective(); of == nil {
				continue
			}
		}
		if f := of.variant(v); f != nil {
			return f, nil
		}
	}
	return nil, nil
}

// begin compares the reference engine with plain loops.
func (c *checking) begin() (*Failure, error) {
	p := c.program
	if err := p.check(); err != nil {
		return nil, err
	}
	var plain []map[int]array
	ties := false
	for _, w := range worlds {
		e := &evaluation{program: p, world: w}
		x, err := e.run()
		if err != nil {
			return nil, err
		}
		plain = append(plain, x)
		ties = ties || e.ties
	}
	var err error
	if c.want, err = p.run(oracle, nil, nil); err != nil {
		return &Failure{p, oracle, err.Error()}, nil
	}
	for i := range worlds {
		exact, loose := p.outputs(plain[i])
		what := c.compare(i, c.want[i], exact, graph.Float64)
		if worst, where := Difference(c.want[i], loose); !(worst <= looseTolerance) {
			what = where
		}
		if what != "" {
			return &Failure{p, oracle, "plain loops and the reference differ: " + what}, nil
		}
	}
	if p.has("Minimize") && !p.has("Gradients") && !ties {
		if what := p.checkSlope(c.want[0], plain[0]); what != "" {
			return &Failure{p, oracle, what}, nil
		}
	}
	return nil, nil
}

// looseTolerance bounds the difference of what is computed from central differences.
const looseTolerance = 1e-3

// outputs returns the outputs that plain loops computed, and of these apart what they computed
// from central differences.
func (p *Program) outputs(plain map[int]array) (exact, loose values) {
	exact, loose = values{}, values{}
	for i := range p.Statements {
		s := &p.Statements[i]
		out := exact
		if plain[s.ID].loose {
			out = loose
		}
		switch s.Op {
		case "Output":
			out[name(s.ID)] = plain[s.ID].x
		case "Minimize":
			out["loss"] = plain[s.ID].x
		}
	}
	return exact, loose
}

// withoutObjective returns the checking of the program without its objective, or nil if nothing
// is left.
func (c *checking) withoutObjective() *checking {
	if c.forward == nil {
		p := c.program.without("Minimize")
		p.dropProbes()
		p.prune()
		if p.check() != nil {
			return nil
		}
		c.forward = &checking{program: p, table: c.table, noises: map[graph.Dtype][]values{}, runs: map[Variant][]values{}}
		for _, want := range c.want {
			c.forward.want = append(c.forward.want, p.asked(want, "Output"))
		}
	}
	return c.forward
}

// asked returns the values that are called as statements of the ops.
func (p *Program) asked(all values, ops ...string) values {
	some := values{}
	for i := range p.Statements {
		if s := &p.Statements[i]; slices.Contains(ops, s.Op) {
			some[name(s.ID)] = all[name(s.ID)]
		}
	}
	return some
}

// variant checks the program compiled and run in one way.
func (c *checking) variant(v Variant) *Failure {
	got, err := c.run(v)
	if err != nil {
		return &Failure{c.program, v, err.Error()}
	}
	for i, w := range order(v) {
		want := c.want[w]
		if v.Let { // without probes
			want = maps.Clone(want)
			for probe := range c.program.asked(want, "Gradient") {
				delete(want, probe)
			}
		}
		if what := c.compare(w, got[i], want, v.Dtype); what != "" {
			return &Failure{c.program, v, fmt.Sprintf("run %d, in world %d: %s", i+1, w+1, what)}
		}
		if first := slices.Index(order(v), w); !v.Reference {
			if what := sameBits(got[i], got[first]); what != "" {
				return &Failure{c.program, v, fmt.Sprintf("runs %d and %d of one world: %s", first+1, i+1, what)}
			}
		}
	}
	if v.Workers > 1 {
		alone := v
		alone.Workers = 1
		want, err := c.run(alone)
		if err != nil {
			return &Failure{c.program, alone, err.Error()}
		}
		for i := range got {
			if what := sameBits(got[i], want[i]); what != "" {
				return &Failure{c.program, v, "not as with one worker: " + what}
			}
		}
	}
	return nil
}

func (c *checking) run(v Variant) ([]values, error) {
	if got := c.runs[v]; got != nil {
		return got, nil
	}
	got, err := c.program.run(v, nil, c.table)
	c.runs[v] = got
	return got, err
}
