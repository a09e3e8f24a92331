package cells_test

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/celltest"
)

func TestConformance(t *testing.T) {
	for name, newCell := range map[string]celltest.New{
		"LSTM": func(in, hidden int, rng *rand.Rand) cells.Cell { return cells.NewLSTM("lstm", in, hidden, rng) },
		"RNN":  func(in, hidden int, rng *rand.Rand) cells.Cell { return cells.NewRNN("rnn", in, hidden, rng) },
		"Stack": func(in, hidden int, rng *rand.Rand) cells.Cell {
			return cells.Stack{
				cells.NewLSTM("l0", in, hidden+1, rng),
				cells.NewRNN("l1", hidden+1, hidden+2, rng),
				cells.NewLSTM("l2", hidden+2, hidden, rng),
			}
		},
	} {
		t.Run(name, func(t *testing.T) { celltest.TestCell(t, newCell) })
	}
}
