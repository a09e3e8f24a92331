package optim_test

import (
	"fmt"
	"log"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
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

// A solver by name, a schedule, and clipping: the rate rises for two steps and falls to
// zero in the next four.
func ExampleNew() {
	adamw, err := optim.New("adamw", optim.Settings{LearningRate: 0.02, WeightDecay: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	schedule, err := optim.ParseSchedule("warmup:steps=2+cosine", 3, 6)
	if err != nil {
		log.Fatal(err)
	}
	paced, err := optim.NewScheduled(adamw, schedule)
	if err != nil {
		log.Fatal(err)
	}
	solver := optim.NewClipByGlobalNorm(paced, 5)

	w := optimtest.NewParam([]int{1}, []float64{1}, []float64{0})
	for range 6 {
		w.G.Float64s()[0] = 6 * w.W.Float64s()[0] // of 3·w²
		fmt.Printf("rate %.4f\n", paced.LearningRate())
		if err := solver.Step([]gorgonia.ValueGrad{w}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("w = %.3f; resumable as %s\n", w.W.Data(), solver.State().Kind)
	// Output:
	// rate 0.0100
	// rate 0.0200
	// rate 0.0200
	// rate 0.0171
	// rate 0.0100
	// rate 0.0029
	// w = [0.912]; resumable as clip-norm/scheduled/adamw
}
