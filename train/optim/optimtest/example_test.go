package optimtest_test

import (
	"fmt"
	"log"

	"gorgonia.org/gorgonia"

	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/optim/optimtest"
)

// The first step of Adam is of the size of the learning rate, whatever the size
// of the gradient.
func ExampleNewParam() {
	p := optimtest.NewParam([]int{1, 3}, []float64{1, 2, 3}, []float64{1e-3, -1, 1e3})
	adam := optim.NewAdam(optim.Settings{LearningRate: 0.5})
	if err := adam.Step([]gorgonia.ValueGrad{p}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("weights %.3f, gradient %v\n", p.W.Data(), p.G.Data())
	// Output: weights [0.500 2.500 2.500], gradient [0 0 0]
}
