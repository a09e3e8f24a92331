package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Classes are metrics of a classifier or a tagger with those of each class.
type Classes struct {
	metrics   train.Metrics
	Classes   []ClassMetrics `json:"classes"`
	Confusion [][]int        `json:"confusion"` // by true and by predicted class, in the order of classes
}

// MarshalJSON writes the metrics and then the classes.
func (j Classes) MarshalJSON() ([]byte, error) {
	type classes Classes
	return train.JoinJSON(j.metrics, classes(j))
}

// ClassMetrics are how well one class is found.
type ClassMetrics struct {
	Label     string  `json:"label"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Targets   int     `json:"targets"`
}

func NewClasses(m train.Metrics, labels *schema.Labels, c *metrics.Confusion) Classes {
	j := Classes{metrics: m, Confusion: c.Counts()}
	for class, label := range labels.Names() {
		n := 0
		for _, count := range j.Confusion[class] {
			n += count
		}
		j.Classes = append(j.Classes, ClassMetrics{label, c.Precision(class), c.Recall(class), c.F1(class), n})
	}
	return j
}

// Print shows each class, and what was most often taken for something else.
func (j Classes) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\nclass\tprecision\trecall\tF1\ttargets\t")
	for _, c := range j.Classes {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", c.Label, percent(c.Precision), percent(c.Recall), percent(c.F1), Thousands(c.Targets))
	}
	fmt.Fprintln(t, "\ntruth\ttaken for\ttimes\t")
	for _, m := range j.mistakes() {
		fmt.Fprintf(t, "%s\t%s\t%s\t\n", m.truth, m.predicted, Thousands(m.times))
	}
	return errors.Wrap(t.Flush(), "writing the classes")
}

// A mistake is one class that was taken for another.
type mistake struct {
	truth, predicted string
	times            int
}

// mistakes returns the ten most frequent mistakes.
func (j Classes) mistakes() []mistake {
	const most = 10
	var all []mistake
	for i, row := range j.Confusion {
		for k, n := range row {
			if i != k && n > 0 {
				all = append(all, mistake{j.Classes[i].Label, j.Classes[k].Label, n})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mistake) int { return cmp.Compare(b.times, a.times) })
	return all[:min(most, len(all))]
}
