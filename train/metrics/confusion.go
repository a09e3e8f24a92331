package metrics

import (
	"fmt"
	"slices"
)

// A Confusion counts, for each pair of classes, how often an example of the first
// was predicted to be of the second. Classes are numbered from 0.
//
// The scores of a class, over its true positives TP, false positives FP and false
// negatives FN, are
//
//	precision = TP / (TP + FP)
//	recall    = TP / (TP + FN)
//	F1        = 2·TP / (2·TP + FP + FN)
//
// where a score whose denominator is zero is 0: the precision of a class that is
// never predicted, the recall of one that never occurs, the F1 of one that does
// neither.
type Confusion struct {
	counts [][]int // by true and by predicted class
}

// NewConfusion returns a Confusion of the given number of classes without
// examples. It panics if the number is not positive.
func NewConfusion(classes int) *Confusion {
	if classes <= 0 {
		panic(fmt.Sprintf("metrics: NewConfusion of %d classes", classes))
	}
	counts := make([][]int, classes)
	for i := range counts {
		counts[i] = make([]int, classes)
	}
	return &Confusion{counts}
}

// Add counts an example of class truth that was predicted to be of class
// predicted. It panics if there is no such class.
func (c *Confusion) Add(truth, predicted int) { c.counts[truth][predicted]++ }

// Flat returns the counts as numbers, row by row, one row for each true class.
func (c *Confusion) Flat() []float64 {
	var flat []float64
	for _, row := range c.counts {
		for _, n := range row {
			flat = append(flat, float64(n))
		}
	}
	return flat
}

// ConfusionOf returns the Confusion whose Flat counts are given. It panics if they are not
// those of so many classes.
func ConfusionOf(classes int, flat []float64) *Confusion {
	if len(flat) != classes*classes {
		panic(fmt.Sprintf("metrics: %d counts for %d classes", len(flat), classes))
	}
	c := NewConfusion(classes)
	for i, n := range flat {
		c.counts[i/classes][i%classes] = int(n)
	}
	return c
}

// Counts returns a copy of the counts, by true and by predicted class.
func (c *Confusion) Counts() [][]int {
	counts := slices.Clone(c.counts)
	for i := range counts {
		counts[i] = slices.Clone(counts[i])
	}
	return counts
}

// Accuracy returns the share of examples that were predicted right, which is NaN
// if there are none.
func (c *Confusion) Accuracy() float64 {
	right, all := 0, 0
	for i, row := range c.counts {
		right += row[i]
		for _, n := range row {
			all += n
		}
	}
	return float64(right) / float64(all)
}

// Precision returns the share of the predictions of class that were right.
func (c *Confusion) Precision(class int) float64 {
	return share(c.counts[class][class], c.predicted(class))
}

// Recall returns the share of the examples of class that were predicted right.
func (c *Confusion) Recall(class int) float64 {
	return share(c.counts[class][class], c.occurred(class))
}

// F1 returns the harmonic mean of the precision and the recall of class.
func (c *Confusion) F1(class int) float64 {
	return share(2*c.counts[class][class], c.predicted(class)+c.occurred(class))
}

// MacroF1 returns the mean F1 of the classes that occur or are predicted; others
// are left out, as scikit-learn does. It is NaN if there are no examples.
func (c *Confusion) MacroF1() float64 { return c.macro(c.F1) }

// MacroPrecision returns the mean precision of the classes of MacroF1.
func (c *Confusion) MacroPrecision() float64 { return c.macro(c.Precision) }

// MacroRecall returns the mean recall of the classes of MacroF1.
func (c *Confusion) MacroRecall() float64 { return c.macro(c.Recall) }

func (c *Confusion) macro(score func(class int) float64) float64 {
	var mean Mean
	for class := range c.counts {
		if c.predicted(class)+c.occurred(class) > 0 {
			mean.Add(score(class), 1)
		}
	}
	return mean.Value()
}

// predicted returns the number of predictions of class, TP + FP.
func (c *Confusion) predicted(class int) int {
	n := 0
	for _, row := range c.counts {
		n += row[class]
	}
	return n
}

// occurred returns the number of examples of class, TP + FN.
func (c *Confusion) occurred(class int) int {
	n := 0
	for _, count := range c.counts[class] {
		n += count
	}
	return n
}

// share returns part / whole, and 0 if whole is 0.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
