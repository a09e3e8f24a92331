package main

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

// classesJSON is what eval prints with --classes and --json.
type classesJSON struct {
	train.Part
	Classes   []classMeasures `json:"classes"`
	Confusion [][]int         `json:"confusion"` // by true and by predicted class, in the order of classes
}

// classMeasures are how well one class is found.
type classMeasures struct {
	Label     string  `json:"label"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Targets   int     `json:"targets"`
}

func newClassesJSON(p train.Part, labels *schema.Labels, c *metrics.Confusion) classesJSON {
	j := classesJSON{Part: p, Confusion: c.Counts()}
	for class, label := range labels.Names() {
		n := 0
		for _, count := range j.Confusion[class] {
			n += count
		}
		j.Classes = append(j.Classes, classMeasures{label, c.Precision(class), c.Recall(class), c.F1(class), n})
	}
	return j
}

// print shows each class, and what was most often taken for something else.
func (j classesJSON) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\nclass\tprecision\trecall\tF1\ttargets\t")
	for _, c := range j.Classes {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", c.Label, percent(c.Precision), percent(c.Recall), percent(c.F1), thousands(c.Targets))
	}
	fmt.Fprintln(t, "\ntruth\ttaken for\ttimes\t")
	for _, m := range j.mistakes() {
		fmt.Fprintf(t, "%s\t%s\t%s\t\n", m.truth, m.predicted, thousands(m.times))
	}
	return errors.Wrap(t.Flush(), "writing the classes")
}

// A mistake is one class that was taken for another.
type mistake struct {
	truth, predicted string
	times            int
}

// mistakes returns the ten most frequent mistakes.
func (j classesJSON) mistakes() []mistake {
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
