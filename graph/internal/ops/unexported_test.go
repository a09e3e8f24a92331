package ops

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
)

// A field that is read at the wrong place, or operands in another order than Gorgonia's.
func TestOperands(t *testing.T) {
	if childrenAt == 0 {
		t.Error("gorgonia.Node does not hold its operands as expected: see unexported.go")
	}
	x, y, _, z := diamond()
	var want []*gorgonia.Node
	for it := z.Graph().From(z.ID()); it.Next(); {
		want = append(want, it.Node().(*gorgonia.Node))
	}
	if got := Operands(z); !slices.Equal(got, want) || !slices.Equal(got, []*gorgonia.Node{y, x}) {
		t.Errorf("operands %v, want %v", got, want)
	}
	at := childrenAt
	defer func() { childrenAt = at }()
	childrenAt = 0
	if got := Operands(z); !slices.Equal(got, want) {
		t.Errorf("without the field, operands %v, want %v", got, want)
	}
}

// A node that is left out, or that comes before its operands; one that nobody wants.
func TestNeeded(t *testing.T) {
	x, y, unwanted, z := diamond()
	if got := Needed([]*gorgonia.Node{z, y}); !slices.Equal(got, []*gorgonia.Node{x, y, z}) {
		t.Errorf("%v, %v need %v", z, y, got)
	}
	if got := Needed([]*gorgonia.Node{unwanted}); !slices.Equal(got, []*gorgonia.Node{x, unwanted}) {
		t.Errorf("%v needs %v", unwanted, got)
	}
	if got := Needed(nil); got != nil {
		t.Errorf("nothing needs %v", got)
	}
}

func TestUnexported(t *testing.T) {
	v := struct {
		known int
	}{7}
	if p := Unexported[int](&v, "known"); p == nil || *p != 7 {
		t.Error("the field is not found")
	}
	if Unexported[string](&v, "known") != nil || Unexported[int](&v, "other") != nil {
		t.Error("a field of another type or name is found")
	}
}

// diamond returns y = tanh x, σ(x) and z = y − x.
func diamond() (x, y, unwanted, z *gorgonia.Node) {
	g := gorgonia.NewGraph()
	x = gorgonia.NewMatrix(g, gorgonia.Float64, gorgonia.WithShape(1, 1), gorgonia.WithName("x"))
	y = gorgonia.Must(gorgonia.Tanh(x))
	unwanted = gorgonia.Must(gorgonia.Sigmoid(x))
	return x, y, unwanted, gorgonia.Must(gorgonia.Sub(y, x))
}
