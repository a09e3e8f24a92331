package exec

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
)

// Catches a version of Gorgonia that has its instructions elsewhere, so that RunAll is called,
// which runs them on another goroutine, and one whose Run does less than RunAll.
func TestRunnerOf(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("x"))
	var stack string
	var given any
	witness := &segmentOp{title: "witness", in: []hm.Type{x.Type()}, run: func(in []gorgonia.Value) error {
		stack, given = string(debug.Stack()), in[0].Data()
		return nil
	}}
	if _, err := gorgonia.ApplyOp(witness, gorgonia.Must(gorgonia.Add(x, x))); err != nil {
		t.Fatal(err)
	}
	machine := gorgonia.NewTapeMachine(g)
	defer machine.Close()
	run := runnerOf(machine)
	for _, value := range []float64{1, 3} {
		if err := gorgonia.Let(x, value); err != nil {
			t.Fatal(err)
		}
		machine.Reset()
		if err := run(); err != nil {
			t.Fatal(err)
		}
		if given != 2*value {
			t.Errorf("the operation got %v, want %v", given, 2*value)
		}
		if !strings.Contains(stack, "TestRunnerOf(") {
			t.Errorf("the operation ran on another goroutine:\n%s", stack)
		}
	}
}
