package train

import (
	"math"
	"strings"
)

// Metrics are how well a model does on some data.
type Metrics struct {
	Loss    float64 // mean over targets
	Targets int     // their number
	Values  []Value // the other measures, in the order in which they are shown
}

// A Value is a measure by its name. A name such as "naive/mae" is that of a measure in a group.
type Value struct {
	Name  string
	Value float64
}

// Add adds a measure.
func (m *Metrics) Add(name string, x float64) { m.Values = append(m.Values, Value{name, x}) }

// Get returns a measure by its name, which may be "loss". It tells whether there is one.
func (m Metrics) Get(name string) (x float64, ok bool) {
	if name == "loss" {
		return m.Loss, true
	}
	for _, v := range m.Values {
		if v.Name == name {
			return v.Value, true
		}
	}
	return math.NaN(), false
}

// Value returns a measure by its name, NaN if there is none.
func (m Metrics) Value(name string) float64 {
	x, _ := m.Get(name)
	return x
}

// Group returns the measures of a group, their names without that of the group.
func (m Metrics) Group(name string) []Value {
	var group []Value
	for _, v := range m.Values {
		if rest, ok := strings.CutPrefix(v.Name, name+"/"); ok {
			group = append(group, Value{rest, v.Value})
		}
	}
	return group
}
