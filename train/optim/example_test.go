package optim_test

import (
	"fmt"
	"log"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed-222a112c/lstm/train/optim"
)

// Adam finds the w that minimises (w − 3)², with gradients from Gorgonia.
func Example() {
	g := gorgonia.NewGraph()
	w := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(1, 1), gorgonia.WithName("w"), gorgonia.WithInit(gorgonia.Zeroes()))
	three := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(1, 1), gorgonia.WithName("three"), gorgonia.WithInit(gorgonia.ValuesOf(3.0)))
	loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Sub(w, three))))))
	if _, err := gorgonia.Grad(loss, w); err != nil {
		log.Fatal(err)
	}
	machine := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(w))
	defer machine.Close()

	adam := optim.NewAdam(optim.Settings{LearningRate: 0.1})
	solver := optim.NewClipByGlobalNorm(adam, 5)
	model := gorgonia.NodesToValueGrads(gorgonia.Nodes{w})
	for step := range 200 {
		machine.Reset()
		if err := machine.RunAll(); err != nil {
			log.Fatal(err)
		}
		if err := solver.Step(model); err != nil {
			log.Fatal(err)
		}
		if step == 0 {
			fmt.Printf("the first gradient has norm %.0f\n", solver.Norm())
		}
	}
	fmt.Printf("w = %.2f after %v steps\n", w.Value().Data(), adam.State().Scalars["step"])
	// Output:
	// the first gradient has norm 6
	// w = [3.00] after 200 steps
}
