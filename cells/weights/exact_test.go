package weights_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
)

// Types that have all that a cell of the package has, and may have a Step of their own.
type (
	ownLSTM     struct{ *cells.LSTM }
	ownLSTMP    struct{ *cells.LSTMP }
	ownPeephole struct{ *cells.Peephole }
	ownClipped  struct{ *cells.ClippedLSTM }
	ownCIFG     struct{ *cells.CIFG }
	ownGRU      struct{ *cells.GRU }
	ownOriginal struct{ *cells.OriginalGRU }
	ownRNN      struct{ *cells.RNN }
	ownRelu     struct{ *cells.ReluRNN }
)

// A cell that embeds another is none that a framework has, alone, in a stack and in both
// directions: its weights under the other's names would be read as what they are not. Its own
// layout is what is left, under its parameters' names.
func TestNoFrameworkHasOnesOwnCell(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	plain := cells.NewLSTM("0", inputs, hidden, rng)
	for _, cell := range []cells.Cell{
		ownLSTM{plain}, ownLSTMP{cells.NewLSTMP("a", inputs, hidden, outputs, rng)}, ownPeephole{cells.NewPeephole("a", inputs, hidden, rng)},
		ownClipped{cells.NewClippedLSTM("a", inputs, hidden, 3, rng)}, ownCIFG{cells.NewCIFG("a", inputs, hidden, rng)},
		ownGRU{cells.NewGRU("a", inputs, hidden, rng)}, ownOriginal{cells.NewOriginalGRU("a", inputs, hidden, rng)},
		ownRNN{cells.NewRNN("a", inputs, hidden, rng)}, ownRelu{cells.NewReluRNN("a", inputs, hidden, rng)},
		cells.Zoneout{Cell: plain}, cells.Residual{Of: plain},
	} {
		for form, m := range map[string]weights.Module{
			"cell": cell, "forward": cells.Forward{Cell: cell}, "stack": cells.Stack{plain, cell},
			"directions": cells.Bidirectional{Forward: plain, Backward: cell},
		} {
			_, torch := weights.Torch("", m)
			_, keras := weights.Keras("", m)
			_, onnx := weights.ONNX("", m)
			for framework, err := range map[string]error{"torch": torch, "keras": keras, "onnx": onnx} {
				if err == nil {
					t.Errorf("%T, %s, is taken for a cell of %s", cell, form, framework)
				}
			}
			if want := fmt.Sprintf("no module like %T", cell); torch != nil && !strings.Contains(torch.Error(), want) {
				t.Errorf("error %v does not say %q", torch, want)
			}
		}
		_, cellErr := weights.TorchCell("", cell)
		_, tensorflow := weights.TensorFlow("", cell, 1)
		_, haiku := weights.Haiku("", cell)
		for framework, err := range map[string]error{"TorchCell": cellErr, "TensorFlow": tensorflow, "Haiku": haiku} {
			if err == nil {
				t.Errorf("%T is taken for a cell of %s", cell, framework)
			}
		}
		if own := weights.Own(cell); len(own) != len(cell.Params()) || own[0].Name != cell.Params()[0].Name() {
			t.Errorf("the own layout of a %T has %d tensors", cell, len(own))
		}
	}
}
