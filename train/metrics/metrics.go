// Package metrics turns counts and losses into the numbers that papers report:
// numbers in, numbers out. Losses are in nats, as the natural logarithm gives
// them.
//
// A number that needs data where there are none, such as the mean of nothing, is
// NaN, which is distinct from every real result.
package metrics

import (
	"fmt"
	"math"
)

// A Mean is a running weighted mean, Σ weight·value / Σ weight. The zero value is
// ready to use. It adds in the order of the calls, so the same calls give the
// same bits.
type Mean struct {
	sum, weight float64
}

// Add takes a value into the mean. A weight of zero adds nothing, whatever the
// value, so that a masked value may be NaN. Add panics if weight is negative or
// NaN.
func (m *Mean) Add(value, weight float64) {
	if !(weight >= 0) {
		panic(fmt.Sprintf("metrics: Mean.Add with weight %v", weight))
	}
	if weight == 0 {
		return
	}
	m.sum += value * weight
	m.weight += weight
}

// Value returns the mean, which is NaN if the weight is zero.
func (m *Mean) Value() float64 { return m.sum / m.weight }

// Weight returns the sum of the weights.
func (m *Mean) Weight() float64 { return m.weight }

// Perplexity returns exp(nats), where nats is the mean cross-entropy of a token.
// A model that thinks V tokens equally likely has perplexity V.
func Perplexity(nats float64) float64 { return math.Exp(nats) }

// BitsPerCharacter returns nats / ln 2, where nats is the mean cross-entropy of a
// character.
func BitsPerCharacter(nats float64) float64 { return nats / math.Ln2 }

// Argmax returns the index of the largest element of row, and of equal ones the
// lowest. NaN counts as less than every number. Argmax panics if row is empty.
func Argmax(row []float64) int {
	best := 0
	largest := row[0]
	for i, v := range row {
		if v > largest || math.IsNaN(largest) && !math.IsNaN(v) {
			best, largest = i, v
		}
	}
	return best
}
