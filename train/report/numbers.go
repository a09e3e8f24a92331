package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-222a112c/lstm/train"
)

// Thousands writes a number with commas: 131,584.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// perplexity writes small perplexities with two decimals and large ones without.
func perplexity(x float64) string {
	switch {
	case x < 1000:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x < 1e9:
		return Thousands(int(x + 0.5))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

func decimals(x float64, n int) string { return strconv.FormatFloat(x, 'f', n, 64) }

func percent(x float64) string { return decimals(100*x, 1) + " %" }

// A measure is how a number of metrics is called and written.
type measure struct {
	name  string
	key   string // by which metrics know it
	write func(float64) string
}

// shownMeasures are the measures that people see, beside the loss.
var shownMeasures = []measure{
	{"ppl", "perplexity", perplexity},
	{"bpc", "bits_per_char", threeDecimals},
	{"accuracy", "accuracy", percent},
	{"F1", "f1", percent},
	{"MAE", "mae", significant},
	{"RMSE", "rmse", significant},
	{"sMAPE", "smape", significant},
	{"MASE", "mase", threeDecimals},
}

// shown returns what a line tells of metrics: the loss and the measures that are not hidden.
func shown(of train.Metrics, hidden []string) []string {
	fields := []string{"loss " + decimals(of.Loss, 4)}
	for _, m := range shownMeasures {
		if x, ok := of.Get(m.key); ok && !slices.Contains(hidden, m.key) {
			fields = append(fields, m.name+" "+m.write(x))
		}
	}
	return fields
}

func threeDecimals(x float64) string { return decimals(x, 3) }

// significant writes three digits: 0.0123, 4.56, 789, 12,345.
func significant(x float64) string {
	if x >= 1000 && x < 1e9 {
		return Thousands(int(x + 0.5))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func joined(fields []string) string { return strings.Join(fields, "  ") }
