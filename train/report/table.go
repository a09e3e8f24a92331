package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
)

// A Row is metrics in a table of results. There is none without Metrics.
type Row struct {
	Name string
	*train.Metrics
}

// Table prints a row for each part that there is, with the measures that one of them has.
func Table(w io.Writer, rows ...Row) error {
	rows = withNaive(rows)
	var columns []measure
	for _, m := range shownMeasures {
		if slices.ContainsFunc(rows, func(row Row) bool { return row.Metrics != nil && row.has(m.key) }) {
			columns = append(columns, m)
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "part\tloss\t")
	for _, m := range columns {
		fmt.Fprintf(t, "%s\t", m.name)
	}
	fmt.Fprintln(t, "targets\t")
	for _, row := range rows {
		if row.Metrics == nil {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t", row.Name, row.orDash("loss", func(x float64) string { return decimals(x, 4) }))
		for _, m := range columns {
			fmt.Fprintf(t, "%s\t", row.orDash(m.key, m.write))
		}
		fmt.Fprintf(t, "%s\t\n", Thousands(row.Targets))
	}
	return errors.Wrap(t.Flush(), "writing the results")
}

// withNaive adds rows of the forecasts that need no model.
func withNaive(rows []Row) []Row {
	var all []Row
	for _, row := range rows {
		all = append(all, row)
		if row.Metrics == nil {
			continue
		}
		for _, rule := range []struct{ title, group string }{{"naive", "naive"}, {"seasonal naive", "seasonal_naive"}} {
			if values := row.Group(rule.group); values != nil {
				all = append(all, Row{row.Name + ", " + rule.title, &train.Metrics{Loss: math.NaN(), Values: values, Targets: row.Targets}})
			}
		}
	}
	return all
}

func (p Row) has(key string) bool {
	_, ok := p.Get(key)
	return ok
}

// orDash writes a number, or a dash if there is none.
func (p Row) orDash(key string, format func(float64) string) string {
	x, ok := p.Get(key)
	if !ok || key == "loss" && math.IsNaN(x) {
		return "-"
	}
	return format(x)
}
