package metrics_test

import (
	"fmt"

	"github.com/seed-222a112c/lstm/train/metrics"
)

func Example() {
	var loss metrics.Mean // in nats, weighted by the tokens of each batch
	loss.Add(4.5, 640)
	loss.Add(4.7, 320)
	fmt.Printf("loss %.3f, perplexity %.1f\n", loss.Value(), metrics.Perplexity(loss.Value()))

	confusion := metrics.NewConfusion(2)
	for i, scores := range [][]float64{{0.9, 0.1}, {0.3, 0.7}, {0.6, 0.4}} {
		truth := []int{0, 1, 1}[i]
		confusion.Add(truth, metrics.Argmax(scores))
	}
	fmt.Printf("accuracy %.2f, F1 of class 1 %.2f\n", confusion.Accuracy(), confusion.F1(1))
	// Output:
	// loss 4.567, perplexity 96.2
	// accuracy 0.67, F1 of class 1 0.67
}
