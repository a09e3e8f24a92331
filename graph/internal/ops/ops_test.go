package ops

import (
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A panic inside an operation, here over an operand of the wrong format, is an error: it
// would end the process from the goroutine that TapeMachine runs operations on.
func TestPanicsBecomeErrors(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(2, 2), gorgonia.WithName("x"))
	row := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(1, 2), gorgonia.WithName("row"))
	n, err := NewAddRow("key", x, row)
	if err != nil {
		t.Fatal(err)
	}
	wrong := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, 4}))
	if _, err := n.Op().Do(wrong, wrong); err == nil || !strings.Contains(err.Error(), "addRow") {
		t.Errorf("error %v, want one of addRow", err)
	}
}

// Two operations with other settings, or with other keys, never have equal hashes.
func TestHashesHoldSettingsAndKeys(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(300, 2), gorgonia.WithName("x"))
	hashes := map[uint32]string{}
	for _, key := range []string{"a", "b"} {
		for _, from := range []int{0, 1, 256, 257} {
			n, err := NewRowBlock(key, x, from, from+1)
			if err != nil {
				t.Fatal(err)
			}
			name := n.Op().String() + key
			if other, ok := hashes[n.Op().Hashcode()]; ok {
				t.Errorf("%s and %s have the same hash", name, other)
			}
			hashes[n.Op().Hashcode()] = name
		}
	}
}
