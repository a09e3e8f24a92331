package metrics

import (
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// MarshalText writes the mean as "sum/weight" in the shortest digits that give back the
// same bits, so that a mean can be saved half-way and continued.
func (m Mean) MarshalText() ([]byte, error) {
	text := strconv.AppendFloat(nil, m.sum, 'g', -1, 64)
	return strconv.AppendFloat(append(text, '/'), m.weight, 'g', -1, 64), nil
}

// UnmarshalText reads what MarshalText wrote. It is an error if the text is anything
// else or if the weight is negative.
func (m *Mean) UnmarshalText(text []byte) error {
	sum, weight, found := strings.Cut(string(text), "/")
	s, err := strconv.ParseFloat(sum, 64)
	w, err2 := strconv.ParseFloat(weight, 64)
	if !found || err != nil || err2 != nil || !(w >= 0) {
		return errors.Errorf("metrics: mean %q, want a sum and a weight, as in 1.5/3", text)
	}
	m.sum, m.weight = s, w
	return nil
}
