package cells_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/celltest"
)

func TestConformance(t *testing.T) {
	for name, newCell := range specifications {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			celltest.TestCell(t, func(in, hidden int, rng *rand.Rand) cells.Cell {
				cell, _ := newCell(in, hidden, rng)
				return cell
			})
		})
	}
	for name, newCell := range map[string]celltest.New{
		"Stack": func(in, hidden int, rng *rand.Rand) cells.Cell {
			return cells.Stack{
				cells.NewLSTM("l0", in, 2, rng),
				cells.NewRNN("l1", 2, 3, rng),
				cells.NewLSTM("l2", 3, hidden, rng),
			}
		},
		"Zoneout": func(in, hidden int, rng *rand.Rand) cells.Cell {
			return cells.Zoneout{Cell: cells.NewLSTM("l", in, hidden, rng), Rates: map[string]float64{"h": 0.1, "c": 0.5}}
		},
		"Stack of Residual": func(in, hidden int, rng *rand.Rand) cells.Cell {
			return cells.Stack{
				cells.NewRNN("a", in, 2, rng),
				cells.Residual{Of: cells.Stack{cells.NewRNN("b", 2, 3, rng), cells.NewMLSTM("c", 3, 2, 1, rng)}},
				cells.Residual{Of: cells.NewGRU("d", 2, 2, rng)},
			}
		},
		"Dropout and Variational in evaluation": func(in, hidden int, rng *rand.Rand) cells.Cell {
			return cells.Dropout{Rate: 0.5, Cell: cells.Variational{Name: "v", Input: 0.5, Recurrent: 0.5, Cell: cells.NewRNN("a", in, hidden, rng)}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			celltest.TestCell(t, newCell)
		})
	}
}

func TestLayerConformance(t *testing.T) {
	rnns := func(merge cells.Merge) celltest.NewLayer {
		return func(in, hidden int, rng *rand.Rand) cells.Layer {
			return cells.Bidirectional{Merge: merge,
				Forward: cells.NewRNN("f", in, hidden, rng), Backward: cells.NewRNN("b", in, hidden, rng)}
		}
	}
	for name, newLayer := range map[string]celltest.NewLayer{
		"Backward": func(in, hidden int, rng *rand.Rand) cells.Layer {
			return cells.Backward{Cell: cells.NewGRU("gru", in, hidden, rng)}
		},
		"Bidirectional": func(in, hidden int, rng *rand.Rand) cells.Layer {
			return cells.Bidirectional{Forward: cells.NewLSTM("f", in, hidden, rng), Backward: cells.NewRNN("b", in, 2, rng)}
		},
		"Sum":     rnns(cells.Sum),
		"Product": rnns(cells.Product),
		"Average": rnns(cells.Average),
		"Layers of zoneout layer-norm cells in both directions": func(in, hidden int, rng *rand.Rand) cells.Layer {
			cell := func(name string, in int) cells.Cell {
				return cells.Zoneout{Rates: map[string]float64{"h": 0.1, "c": 0.5}, Cell: cells.NewLayerNormLSTM(name, in, 3, rng)}
			}
			return cells.Layers{
				cells.Bidirectional{Forward: cell("0/f", in), Backward: cell("0/b", in), Merge: cells.Sum},
				cells.Bidirectional{Forward: cell("1/f", 3), Backward: cell("1/b", 3)},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			celltest.TestLayer(t, newLayer)
		})
	}
}
