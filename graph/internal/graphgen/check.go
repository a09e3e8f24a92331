package graphgen

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// A Variant is a way to compile and run a program.
type Variant struct {
	Dtype     graph.Dtype
	Reference bool // by the reference engine
	Let       bool // by Accelerate, with new tensors in each run
	Workers   int
	Without   string // a pass, or nothing
	Inference bool
	Frozen    bool // frozen and thawed between runs
	BFloat16  bool
}

// String returns the variant in words.
func (v Variant) String() string {
	words := []string{v.Dtype.String()}
	add := func(ok bool, word string) {
		if ok {
			words = append(words, word)
		}
	}
	add(v.Reference, "reference engine")
	add(v.Let, "Accelerate")
	add(v.Workers > 0, fmt.Sprintf("%d workers", v.Workers))
	add(v.Without != "", "without "+v.Without)
	add(v.Inference, "for inference")
	add(v.Frozen, "frozen")
	add(v.BFloat16, "bfloat16")
	return strings.Join(words, ", ")
}

// oracle is the variant that the others are compared with.
var oracle = Variant{Dtype: graph.Float64, Reference: true}

// ofForward tells whether the variant takes programs without an objective only.
func (v Variant) ofForward() bool { return v.BFloat16 }

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

// fewVariants draws those that one program of many is checked in.
func fewVariants(rng *rand.Rand) []Variant {
	v := Variant{Workers: 1}
	if rng.IntN(2) == 0 {
		v.Dtype = graph.Float64
	}
	more := v
	switch rng.IntN(8) {
	case 0:
		more.Reference, more.Dtype, more.Workers = true, graph.Float32, 0
	case 1:
		more.Let, more.Workers = true, 0
	case 2:
		more.Inference, more.Frozen = true, true
	case 3:
		more.Frozen = true
	case 4:
		more = Variant{BFloat16: true, Workers: 1 + rng.IntN(3), Frozen: rng.IntN(2) == 0, Inference: rng.IntN(2) == 0}
	case 5:
		more.Workers = 2 + rng.IntN(2)
	default:
		passes := graph.Passes()
		more.Without = passes[rng.IntN(len(passes))]
		more.Workers = 1 + rng.IntN(2)
		more.Frozen = rng.IntN(4) == 0
	}
	return []Variant{v, more}
}

// AllVariants are all that a program of interest is checked in.
func AllVariants() (all []Variant) {
	for _, d := range []graph.Dtype{graph.Float64, graph.Float32} {
		for _, workers := range []int{1, 2, 3} {
			all = append(all, Variant{Dtype: d, Workers: workers},
				Variant{Dtype: d, Workers: workers, Inference: true, Frozen: true})
		}
		all = append(all, Variant{Dtype: d, Let: true}, Variant{Dtype: d, Workers: 1, Frozen: true}, Variant{Dtype: d, Workers: 1, Inference: true})
		for _, pass := range graph.Passes() {
			all = append(all, Variant{Dtype: d, Workers: 2, Without: pass})
		}
	}
	return append(all, Variant{Dtype: graph.Float32, Reference: true},
		Variant{BFloat16: true, Workers: 1}, Variant{BFloat16: true, Workers: 2, Frozen: true, Inference: true})
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
		what := c.compare(i, exact, c.want[i], graph.Float64)
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
		c.forward = &checking{program: p, table: c.table, want: c.want, noises: map[graph.Dtype][]values{}, runs: map[Variant][]values{}}
	}
	return c.forward
}

// variant checks the program compiled and run in one way.
func (c *checking) variant(v Variant) *Failure {
	got, err := c.run(v)
	if err != nil {
		return &Failure{c.program, v, err.Error()}
	}
	for i, w := range order(v) {
		if what := c.compare(w, got[i], c.want[w], v.Dtype); what != "" {
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

// tolerance returns by how much values may differ relative to their largest: some rounding
// errors of the format for each statement.
func (p *Program) tolerance(d graph.Dtype) float64 {
	return 16 * epsilon(d) * float64(len(p.Statements))
}

// epsilon returns the distance from 1 to the next number.
func epsilon(d graph.Dtype) float64 {
	if d == graph.Float64 {
		return 1.0 / (1 << 52)
	}
	return 1.0 / (1 << 23)
}

// compare tells where values differ by more than rounding, or returns "". A difference beyond
// the tolerance is one that exceeds, too, many times what a change of the leaves by rounding
// does to the values. Of what a program without its objective does not compute nothing is compared.
func (c *checking) compare(world int, got, want values, d graph.Dtype) string {
	tolerance := c.program.tolerance(d)
	for _, name := range sortedNames(want) {
		if got[name] == nil {
			continue
		}
		far, scale, where := farthest(name, got[name], want[name])
		if !(far <= tolerance*scale) && !(far <= tolerance*scale+manyNoises*c.noise(world, name, d)) {
			return where
		}
	}
	return ""
}

// manyNoises is how many times what rounding the leaves does to a value all roundings on its way
// may do.
const manyNoises = 100

// Difference returns the largest difference of values by name, relative to the largest number
// of each value and to 1, and where it is.
func Difference(got, want map[string][]float64) (worst float64, where string) {
	for _, name := range sortedNames(want) {
		if far, scale, at := farthest(name, got[name], want[name]); !(far/scale <= worst) {
			worst, where = far/scale, at
		}
	}
	return worst, where
}

// farthest returns the largest difference of two elements, the scale of the value, and where it
// is. Values of different lengths differ without bound.
func farthest(name string, got, want []float64) (far, scale float64, where string) {
	if len(got) != len(want) {
		return math.Inf(1), 1, fmt.Sprintf("%s has %d elements, want %d", name, len(got), len(want))
	}
	scale = 1
	for i, w := range want {
		scale = max(scale, math.Abs(w))
		if d := math.Abs(got[i] - w); !(d <= far) {
			far, where = d, fmt.Sprintf("%s[%d] = %.9g, want %.9g", name, i, got[i], w)
		}
	}
	return far, scale, where
}

// noise returns how far a value moves when the leaves change by a few rounding errors of the
// format.
func (c *checking) noise(world int, name string, d graph.Dtype) (most float64) {
	if c.noises[d] == nil {
		for try := range 3 {
			rng := rand.New(rand.NewPCG(uint64(try), 5))
			moved, err := c.program.run(oracle, func(_ *Statement, x []float64) {
				for i := range x {
					x[i] *= 1 + 2*epsilon(d)*rng.NormFloat64()
				}
			}, nil)
			if err != nil {
				return 0
			}
			c.noises[d] = append(c.noises[d], moved...)
		}
	}
	for i := world; i < len(c.noises[d]); i += len(worlds) {
		for k, x := range c.noises[d][i][name] {
			most = max(most, math.Abs(x-c.want[world][name][k]))
		}
	}
	return most
}

// sameBits tells where values differ at all.
func sameBits(got, want values) string {
	for _, name := range sortedNames(want) {
		for i, w := range want[name] {
			if g := got[name][i]; math.Float64bits(g) != math.Float64bits(w) {
				return fmt.Sprintf("%s[%d] is %.17g and %.17g", name, i, g, w)
			}
		}
	}
	return ""
}

func sortedNames(v values) []string {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// slopeTolerance bounds the difference between a slope and its central difference, relative to
// the terms that it is the sum of.
const slopeTolerance = 1e-5

// checkSlope compares the slope of the objective along a random direction of all parameters and
// probes with central differences of plain loops.
func (p *Program) checkSlope(got values, plain map[int]array) string {
	slope, terms := 0.0, 1.0
	directions := map[int][]float64{}
	rng := rand.New(rand.NewPCG(p.Seed, 13))
	for i := range p.Statements {
		s := &p.Statements[i]
		g := got["gradient of "+name(s.ID)]
		if s.Op == "Gradient" {
			g = got[name(s.ID)]
		}
		if s.Op != "Param" && s.Op != "Gradient" {
			continue
		}
		direction := make([]float64, len(g))
		for k := range direction {
			direction[k] = rng.NormFloat64() / math.Sqrt(float64(len(g)))
			slope += direction[k] * g[k]
			terms += math.Abs(direction[k] * g[k])
		}
		directions[s.ID] = direction
	}
	if len(directions) == 0 {
		return ""
	}
	var numeric float64
	for _, h := range []float64{1e-5, 1e-4, 1e-6} {
		numeric = (p.lossAlong(directions, h, plain) - p.lossAlong(directions, -h, plain)) / (2 * h)
		if math.Abs(numeric-slope) <= slopeTolerance*terms {
			return ""
		}
	}
	return fmt.Sprintf("the slope of the objective is %.9g, and %.9g by central differences", slope, numeric)
}

// lossAlong returns the objective in the first world, h along the directions from where plain loops
// computed it.
func (p *Program) lossAlong(directions map[int][]float64, h float64, at map[int]array) float64 {
	e := &evaluation{program: p, world: worlds[0], lenient: true, stopped: at, perturb: func(s *Statement, x []float64) {
		for k, d := range directions[s.ID] {
			x[k] += h * d
		}
	}}
	plain, err := e.run()
	if err != nil {
		panic(errors.Wrap(err, "graphgen: a program that could be computed"))
	}
	loss, _ := p.outputs(plain)
	return loss["loss"][0]
}
