package task_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/train/task"
)

// At temperature 1 and with TopP 0.7, only the tokens that make up 70 % of the probability
// are drawn; at temperature 0 the most probable one is.
func ExampleSampling() {
	logits := []float64{math.Log(0.1), math.Log(0.6), math.Log(0.3)}
	rng := rand.New(rand.NewPCG(1, 1))
	drawn := map[int]bool{}
	for range 100 {
		drawn[task.Sampling{Temperature: 1, TopP: 0.7}.Draw(logits, rng)] = true
	}
	fmt.Println(drawn, task.Sampling{}.Draw(logits, rng))
	// Output: map[1:true 2:true] 1
}
