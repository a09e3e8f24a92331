package cells_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// In training each unit of h and c is either the old one or the new one, old with its
// probability; in evaluation it is the expectation. A mask on the wrong side shows as 1 − rate.
func TestZoneout(t *testing.T) {
	const batch, hidden = 40, 25
	rng := rand.New(rand.NewPCG(1, 1))
	lstm := cells.NewLSTM("l", 2, hidden, rng)
	graph.Convert(graph.Float64, lstm.Params()...)
	masks := &cells.Masks{}
	build := func(masks *cells.Masks) func(*graph.Builder) {
		return func(b *graph.Builder) {
			x := b.Input("x", batch, 2)
			start := lstm.Begin(func(name string, width int) *graph.Node { return b.Input("start/"+name, batch, width) })
			plain := lstm.Step(b, x, start)
			zoned := cells.Zoneout{Cell: lstm, Rates: map[string]float64{"h": 0.2, "c": 0.7}, Masks: masks}.Step(b, x, start)
			for name, n := range map[string]*graph.Node{"plain/h": plain.Hidden, "plain/c": plain.Cell, "h": zoned.Hidden, "c": zoned.Cell} {
				b.Output(name, n)
			}
		}
	}
	x, h, c := draw(batch*2, rng), draw(batch*hidden, rng), draw(batch*hidden, rng)
	training := compileMasked(t, masks, build(masks))
	evaluation := compileMasked(t, &cells.Masks{}, build(nil))
	for _, p := range []*graph.Program{training, evaluation} {
		mustSet(t, p, "x", x)
		mustSet(t, p, "start/h", h)
		mustSet(t, p, "start/c", c)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for name, was := range map[string][]float64{"h": h, "c": c} {
			rate := map[string]float64{"h": 0.2, "c": 0.7}[name]
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
			}
			graphtest.CheckClose(t, name, got, make([]float64, len(got)), 1e-15)
			if p == training {
				checkShare(t, "kept of "+name, kept/float64(len(got)), rate, len(got))
			}
		}
	}
}
