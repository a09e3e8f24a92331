package task_test

import (
	"math"
	"testing"
)

// Of the preset zaremba, all numbers of a model are on ±LIMIT, but for the biases of gates, which
// are sums of two; the embedding, which is else drawn from a normal distribution, and the bias of
// the head, which is else zero, show it. Would catch a preset for gates only.
func TestZarembaCoversTheModel(t *testing.T) {
	m, _ := languageModel(t, "the quick brown fox jumps over the lazy dog", 5)
	if err := m.Initialise("zaremba:0.1", newRand()); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Params() {
		largest, zeros := 0.0, 0
		for _, x := range p.Floats() {
			if largest = max(largest, math.Abs(x)); x == 0 {
				zeros++
			}
		}
		if largest > 0.2 || largest == 0 || zeros > 0 {
			t.Errorf("%s: the largest number is %g and %d are 0", p.Name(), largest, zeros)
		}
	}
	for _, p := range append(m.Embedding.Params(), m.Head.Params()...) {
		for _, x := range p.Floats() {
			if math.Abs(x) > 0.1 {
				t.Errorf("%s holds %g", p.Name(), x)
			}
		}
	}
}
