package metrics

import (
	"math"
	"reflect"
	"testing"
)

// The ten rows by hand: of class 0 four, of 1 three, of 2 three, of 3 none.
//
//	truth      0 0 0 0 1 1 1 2 2 2
//	predicted  0 0 0 1 1 1 2 0 2 3
var (
	truth     = []int{0, 0, 0, 0, 1, 1, 1, 2, 2, 2}
	predicted = []int{0, 0, 0, 1, 1, 1, 2, 0, 2, 3}
)

func tenRows(classes int) *Confusion {
	c := NewConfusion(classes)
	for i := range truth {
		c.Add(truth[i], predicted[i])
	}
	return c
}

// near allows for the few roundings of a quotient or a logarithm.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-14*math.Max(1, math.Abs(b)) }

// Catches rows and columns exchanged, a precision over the wrong total, and a
// class that is only predicted, or neither, counted wrongly in the macro mean.
func TestConfusionByHand(t *testing.T) {
	c := tenRows(5) // class 4 does not occur at all
	if want := [][]int{{3, 1, 0, 0, 0}, {0, 2, 1, 0, 0}, {1, 0, 1, 1, 0}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}}; !reflect.DeepEqual(c.Counts(), want) {
		t.Errorf("counts %v, expected %v", c.Counts(), want)
	}
	if got := c.Accuracy(); !near(got, 6.0/10) {
		t.Errorf("accuracy %v, expected 0.6", got)
	}
	for class, want := range []struct{ precision, recall, f1 float64 }{
		{3.0 / 4, 3.0 / 4, 3.0 / 4},
		{2.0 / 3, 2.0 / 3, 2.0 / 3},
		{1.0 / 2, 1.0 / 3, 2.0 / 5},
		{0, 0, 0},
		{0, 0, 0},
	} {
		precision, recall, f1 := c.Precision(class), c.Recall(class), c.F1(class)
		if !near(precision, want.precision) || !near(recall, want.recall) || !near(f1, want.f1) {
			t.Errorf("class %d: precision %v, recall %v, F1 %v; expected %v", class, precision, recall, f1, want)
		}
	}
	// Class 3 counts, for it was predicted; class 4 does not.
	if got, want := c.MacroF1(), (3.0/4+2.0/3+2.0/5)/4; !near(got, want) {
		t.Errorf("macro F1 %v, expected %v", got, want)
	}
}

// Catches precision and recall exchanged in the macro means, which by hand are
// (3/4 + 2/3 + 1/2 + 0)/4 and (3/4 + 2/3 + 1/3 + 0)/4.
func TestMacroMeansByHand(t *testing.T) {
	c := tenRows(5)
	if got, want := c.MacroPrecision(), 23.0/48; !near(got, want) {
		t.Errorf("macro precision %v, expected %v", got, want)
	}
	if got, want := c.MacroRecall(), 21.0/48; !near(got, want) {
		t.Errorf("macro recall %v, expected %v", got, want)
	}
}

// Catches rows and columns exchanged.
func TestConfusionFlat(t *testing.T) {
	c := tenRows(4)
	flat := c.Flat()
	if len(flat) != 16 || flat[1] != 1 || flat[4] != 0 || !reflect.DeepEqual(ConfusionOf(4, flat).Counts(), c.Counts()) {
		t.Errorf("flat counts %v of %v", flat, c.Counts())
	}
}

// Catches a caller who changes the counts through what Counts returned.
func TestCountsIsACopy(t *testing.T) {
	c := tenRows(4)
	c.Counts()[0][0] = 99
	if got := c.Counts()[0][0]; got != 3 {
		t.Errorf("count became %d", got)
	}
}

// Catches nothing at all that is reported as a perfect or a failed result.
func TestWithoutData(t *testing.T) {
	c := NewConfusion(2)
	var m Mean
	for name, got := range map[string]float64{"accuracy": c.Accuracy(), "macro F1": c.MacroF1(), "mean": m.Value()} {
		if !math.IsNaN(got) {
			t.Errorf("%s %v, expected NaN", name, got)
		}
	}
}

// Catches a mean that ignores its weights, or that a masked value spoils.
func TestMeanByHand(t *testing.T) {
	var m Mean
	m.Add(2, 3)
	m.Add(math.NaN(), 0)
	m.Add(-1, 0.5)
	if got, want := m.Value(), (2*3-1*0.5)/3.5; !near(got, want) {
		t.Errorf("mean %v, expected %v", got, want)
	}
	if got := m.Weight(); got != 3.5 {
		t.Errorf("weight %v, expected 3.5", got)
	}
}

// Catches a loss in bits taken for one in nats: the cross-entropy of a uniform
// model over V symbols is ln V, its perplexity V, its bits log2 V.
func TestUniformModel(t *testing.T) {
	for _, v := range []float64{1, 2, 65, 10_000, 1 << 20} {
		var m Mean
		for range 7 {
			m.Add(-math.Log(1/v), 13)
		}
		if got := Perplexity(m.Value()); math.Abs(got-v) > 1e-13*v {
			t.Errorf("perplexity %v, expected %v", got, v)
		}
		if got := BitsPerCharacter(m.Value()); !near(got, math.Log2(v)) {
			t.Errorf("%v bits per character, expected %v", got, math.Log2(v))
		}
	}
}

// Catches a tie that goes to the last, a start from zero, and NaN that wins.
func TestArgmax(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		row  []float64
		want int
	}{
		{[]float64{5}, 0},
		{[]float64{1, 3, 3, 2}, 1},
		{[]float64{-3, -1, -2}, 1},
		{[]float64{nan, math.Inf(-1), nan, -4, nan}, 3},
		{[]float64{nan, nan}, 0},
	} {
		if got := Argmax(c.row); got != c.want {
			t.Errorf("Argmax(%v) = %d, expected %d", c.row, got, c.want)
		}
	}
}

// Catches a mistake of the caller that goes unnoticed.
func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"no classes":      func() { NewConfusion(0) },
		"no such class":   func() { NewConfusion(2).Add(0, 2) },
		"negative class":  func() { NewConfusion(2).Add(-1, 0) },
		"negative weight": func() { new(Mean).Add(1, -1) },
		"NaN weight":      func() { new(Mean).Add(1, math.NaN()) },
		"empty row":       func() { Argmax(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}
