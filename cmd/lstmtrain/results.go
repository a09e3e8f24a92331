package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/task"
)

// resultJSON is what train prints with --json.
type resultJSON struct {
	Task       task.Kind      `json:"task"`
	Steps      int            `json:"steps"`
	Epochs     int            `json:"epochs"`
	Seconds    float64        `json:"seconds"`    // of training, over all sessions of a run
	Parameters int            `json:"parameters"` // with one bias for each gate
	Model      string         `json:"model"`
	Train      *train.Metrics `json:"train"` // of the last epoch, while the weights changed
	Valid      *train.Metrics `json:"valid"` // of the kept model
	Test       *train.Metrics `json:"test"`  // of the kept model
}

// printJSON prints a line of JSON.
func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // <unk> is easier to read than \u003cunk\u003e
	return errors.Wrap(encoder.Encode(v), "writing JSON")
}

// A namedPart is a row of a table of results.
type namedPart struct {
	name string
	*train.Metrics
}

// printTable prints a row for each part that there is, with the measures that one of them
// has.
func printTable(w io.Writer, rows ...namedPart) error {
	rows = withNaive(rows)
	var columns []measure
	for _, m := range shownMeasures {
		if slices.ContainsFunc(rows, func(row namedPart) bool { return row.Metrics != nil && row.has(m.key) }) {
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
		fmt.Fprintf(t, "%s\t%s\t", row.name, row.orDash("loss", func(x float64) string { return decimals(x, 4) }))
		for _, m := range columns {
			fmt.Fprintf(t, "%s\t", row.orDash(m.key, m.write))
		}
		fmt.Fprintf(t, "%s\t\n", thousands(row.Targets))
	}
	return errors.Wrap(t.Flush(), "writing the results")
}

// withNaive adds rows of the forecasts that need no model.
func withNaive(rows []namedPart) []namedPart {
	var all []namedPart
	for _, row := range rows {
		all = append(all, row)
		if row.Metrics == nil {
			continue
		}
		for _, rule := range []struct{ title, group string }{{"naive", "naive"}, {"seasonal naive", "seasonal_naive"}} {
			if values := row.Group(rule.group); values != nil {
				all = append(all, namedPart{row.name + ", " + rule.title, &train.Metrics{Loss: math.NaN(), Values: values, Targets: row.Targets}})
			}
		}
	}
	return all
}

func (p namedPart) has(key string) bool {
	_, ok := p.Get(key)
	return ok
}

// orDash writes a number, or a dash if there is none.
func (p namedPart) orDash(key string, format func(float64) string) string {
	x, ok := p.Get(key)
	if !ok || key == "loss" && math.IsNaN(x) {
		return "-"
	}
	return format(x)
}
