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
	} {
		t.Run(name, func(t *testing.T) { celltest.TestCell(t, newCell) })
	}
}

func TestLayerConformance(t *testing.T) {
	for name, newLayer := range map[string]celltest.NewLayer{
		"Backward": func(in, hidden int, rng *rand.Rand) cells.Layer {
			return cells.Backward{Cell: cells.NewGRU("gru", in, hidden, rng)}
		},
		"Bidirectional": func(in, hidden int, rng *rand.Rand) cells.Layer {
			return cells.Bidirectional{Forward: cells.NewLSTM("f", in, hidden, rng), Backward: cells.NewRNN("b", in, 2, rng)}
		},
	} {
		t.Run(name, func(t *testing.T) { celltest.TestLayer(t, newLayer) })
	}
}
