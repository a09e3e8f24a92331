package metrics

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// This file writes sums as text that gives back the same bits, so that a measurement can
// be saved half-way and continued.

// numbersText writes numbers in their shortest digits, with a slash between two. Unlike
// JSON's numbers they may be infinite or NaN.
func numbersText(numbers ...float64) []byte {
	var text []byte
	for i, x := range numbers {
		if i > 0 {
			text = append(text, '/')
		}
		text = strconv.AppendFloat(text, x, 'g', -1, 64)
	}
	return text
}

// parseNumbers reads what numbersText wrote.
func parseNumbers(text []byte, into ...*float64) error {
	fields := strings.Split(string(text), "/")
	if len(fields) != len(into) {
		return errors.Errorf("metrics: %q, want %d numbers with a slash between two", text, len(into))
	}
	for i, field := range fields {
		x, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return errors.Errorf("metrics: %q of %q, want a number", field, text)
		}
		*into[i] = x
	}
	return nil
}

// MarshalText writes the sum and the weight.
func (m Mean) MarshalText() ([]byte, error) { return numbersText(m.sum, m.weight), nil }

// UnmarshalText reads what MarshalText wrote. It is an error if it is anything else or if
// the weight is negative.
func (m *Mean) UnmarshalText(text []byte) error {
	var read Mean
	if err := parseNumbers(text, &read.sum, &read.weight); err != nil {
		return err
	}
	if !(read.weight >= 0) {
		return errors.Errorf("metrics: a mean of weight %v, want it not to be negative", read.weight)
	}
	*m = read
	return nil
}

// MarshalText writes the number of forecasts and the sums.
func (e Errors) MarshalText() ([]byte, error) {
	return numbersText(float64(e.n), e.absolute, e.squared, e.symmetric, e.scaled), nil
}

// UnmarshalText reads what MarshalText wrote.
func (e *Errors) UnmarshalText(text []byte) error {
	var read Errors
	var n float64
	if err := parseNumbers(text, &n, &read.absolute, &read.squared, &read.symmetric, &read.scaled); err != nil {
		return err
	}
	if read.n = int(n); n < 0 || float64(read.n) != n {
		return errors.Errorf("metrics: errors of %v forecasts, want a whole number", n)
	}
	*e = read
	return nil
}

// MarshalJSON writes the counts, by true and by predicted class.
func (c *Confusion) MarshalJSON() ([]byte, error) { return json.Marshal(c.counts) }

// UnmarshalJSON reads what MarshalJSON wrote. It is an error if the counts are not those of
// as many classes each way.
func (c *Confusion) UnmarshalJSON(text []byte) error {
	var counts [][]int
	if err := json.Unmarshal(text, &counts); err != nil {
		return errors.Wrap(err, "metrics")
	}
	for _, row := range counts {
		if len(row) != len(counts) {
			return errors.Errorf("metrics: counts of %d true and %d predicted classes", len(counts), len(row))
		}
	}
	c.counts = counts
	return nil
}
