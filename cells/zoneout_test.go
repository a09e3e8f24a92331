package cells_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// In training each unit of a memory is either the old one or the new one, old with its
// probability; in evaluation it is the expectation. A mask on the wrong side shows as 1 − rate,
// one mask for two memories as equal units kept.
func TestZoneout(t *testing.T) {
	const batch, hidden = 40, 25
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		cell  cells.Cell
		rates map[string]float64
	}{
		{cells.NewLSTM("l", 2, hidden, rng), map[string]float64{"h": 0.2, "c": 0.7}},
		{NewCoRNN("r", 2, hidden, rng), map[string]float64{"y": 0.7, "z": 0.2}},
		{cells.NewSLSTM("s", 2, hidden, 1, rng), map[string]float64{"h": 0.4}},
	} {
		checkZoneout(t, c.cell, c.rates, batch, rng)
	}
}

func checkZoneout(t *testing.T, cell cells.Cell, rates map[string]float64, batch int, rng *rand.Rand) {
	graph.Convert(graph.Float64, cell.Params()...)
	masks := &cells.Masks{}
	build := func(masks *cells.Masks) func(*graph.Builder) {
		return func(b *graph.Builder) {
			x := b.Input("x", batch, 2)
			start := cell.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, batch, width) })
			plain := cell.Step(b, x, start)
			zoned := cells.Zoneout{Cell: cell, Rates: rates, Masks: masks}.Step(b, x, start)
			for _, name := range plain.Names() {
				b.Output("plain/"+name, plain.Get(name))
				b.Output(name, zoned.Get(name))
			}
		}
	}
	training := compileMasked(t, masks, build(masks))
	evaluation := compileMasked(t, &cells.Masks{}, build(nil))
	x, start := draw(batch*2, rng), map[string][]float64{}
	keeps := map[string][]bool{}
	for _, p := range []*graph.Program{training, evaluation} {
		mustSet(t, p, "x", x)
		for _, name := range cells.Memories(cell) {
			if start[name] == nil {
				start[name] = draw(len(p.InputFloats("start/"+name)), rng)
			}
			mustSet(t, p, "start/"+name, start[name])
		}
		check(t, p.Run())
		for name, was := range start {
			rate := rates[name]
			got, now := p.Floats(name), p.Floats("plain/"+name)
			kept := 0.0
			for i, v := range got {
				switch {
				case p == evaluation:
					got[i] -= rate*was[i] + (1-rate)*now[i]
				case v == was[i]:
					kept++
					got[i] = 0
				default:
					got[i] -= now[i]
				}
				if p == training {
					keeps[name] = append(keeps[name], v == was[i])
				}
			}
			graphtest.CheckClose(t, name, got, make([]float64, len(got)), 1e-15)
			if p == training {
				checkShare(t, "kept of "+name, kept/float64(len(got)), rate, len(got))
			}
		}
	}
	if y, z := keeps["y"], keeps["z"]; y != nil {
		both := 0.0
		for i := range y {
			if y[i] && z[i] {
				both++
			}
		}
		checkShare(t, "kept of y and z", both/float64(len(y)), 0.7*0.2, len(y))
	}
}

// What is carried is named by the Zoneout itself, so that a cell around it reads what is watched.
func TestZoneoutNames(t *testing.T) {
	zoned := cells.Zoneout{Cell: NewCoRNN("r", 1, 1, rand.New(rand.NewPCG(1, 1))), Rates: map[string]float64{"z": 0.5}}
	p, err := graph.Compile(func(b *graph.Builder) {
		b.Watch(func(name string, n *graph.Node) *graph.Node {
			if name == "z" {
				return b.Constant(7, 1, 1)
			}
			return n
		})
		b.Output("z", zoned.Step(b, b.Constant(1, 1, 1), cells.Zeros(b, zoned, 1)).Get("z"))
	}, graph.Settings{})
	check(t, err)
	defer p.Close()
	check(t, p.Run())
	graphtest.CheckClose(t, "z", p.Floats("z"), []float64{7}, 0)
}

// The same rate is for every memory that is no gate, and for none of a cell that cannot.
func TestRates(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		cell cells.Cell
		want string // the names, or the error
	}{
		{cells.NewGRU("a", 1, 2, rng), "h"},
		{cells.NewLSTM("a", 1, 2, rng), "c h"},
		{cells.NewFGR("a", 1, 2, rng), "c h"},
		{cells.NewMemoryBlocks("a", 1, 1, 2, rng), "c h"},
		{NewCoRNN("a", 1, 2, rng), "y z"},
		{cells.NewSLSTM("a", 1, 2, 1, rng), "its memory c: it is held in a scale"},
		{cells.Variational{Cell: cells.NewMLSTM("a", 1, 2, 1, rng)}, "its memory n: it is held in a scale"},
	} {
		if err := cells.CheckZoneout(c.cell); err != nil {
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%T: error %v, want %q", c.cell, err, c.want)
			}
			continue
		}
		rates := cells.Rates(c.cell, 0.3)
		names := strings.Join(slices.Sorted(maps.Keys(rates)), " ")
		if names != c.want {
			t.Errorf("%T: rates for %q, want %q", c.cell, names, c.want)
		}
		for name, rate := range rates {
			if rate != 0.3 {
				t.Errorf("%T: the rate of %s is %g", c.cell, name, rate)
			}
		}
	}
}
