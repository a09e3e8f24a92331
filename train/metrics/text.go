package metrics

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// MarshalText writes the sum and the weight in their shortest digits, with a slash between
// them: text that gives back the same bits, so that a measurement can be saved half-way and
// continued. Unlike JSON's numbers they may be infinite or NaN.
func (m Mean) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%v/%v", m.sum, m.weight), nil }

// UnmarshalText reads what MarshalText wrote. It is an error if it is anything else or if
// the weight is negative.
func (m *Mean) UnmarshalText(text []byte) error {
	first, second, _ := strings.Cut(string(text), "/")
	sum, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return errors.Errorf("metrics: a mean %q, want two numbers with a slash between them", text)
	}
	weight, err := strconv.ParseFloat(second, 64)
	if err != nil {
		return errors.Errorf("metrics: a mean %q, want two numbers with a slash between them", text)
	}
	if !(weight >= 0) {
		return errors.Errorf("metrics: a mean of weight %v, want it not to be negative", weight)
	}
	*m = Mean{sum, weight}
	return nil
}
