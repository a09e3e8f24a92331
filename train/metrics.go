package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/metrics"
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

// MarshalJSON writes an object of the loss, the measures, those of a group as an object of its
// own, and the number of targets.
func (m Metrics) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	if err := writeMember(&b, "loss", m.Loss); err != nil {
		return nil, err
	}
	group := ""
	for _, v := range m.Values {
		of, name := "", v.Name
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			of, name = name[:i], name[i+1:]
		}
		if of != group {
			if group != "" {
				b.WriteByte('}')
			}
			if group = of; of != "" {
				key, err := json.Marshal(of)
				if err != nil {
					return nil, err
				}
				fmt.Fprintf(&b, ",%s:{", key)
			}
		}
		if err := writeMember(&b, name, v.Value); err != nil {
			return nil, err
		}
	}
	if group != "" {
		b.WriteByte('}')
	}
	fmt.Fprintf(&b, `,"targets":%d}`, m.Targets)
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON wrote. Members that are neither numbers nor objects of
// numbers it leaves out.
func (m *Metrics) UnmarshalJSON(text []byte) error {
	*m = Metrics{}
	return eachMember(text, func(name string, value json.RawMessage) error {
		switch {
		case name == "loss":
			return json.Unmarshal(value, &m.Loss)
		case name == "targets":
			return json.Unmarshal(value, &m.Targets)
		case value[0] == '{':
			return eachMember(value, func(inner string, value json.RawMessage) error { return m.addJSON(name+"/"+inner, value) })
		}
		return m.addJSON(name, value)
	})
}

// addJSON adds a measure if it is a number.
func (m *Metrics) addJSON(name string, value json.RawMessage) error {
	var x float64
	if json.Unmarshal(value, &x) == nil && string(value) != "null" {
		m.Add(name, x)
	}
	return nil
}

// eachMember calls f for each member of an object, in their order.
func eachMember(text []byte, f func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.Errorf("train: metrics are an object of JSON, not %.40q", text)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if err := f(name.(string), value); err != nil {
			return err
		}
	}
	return nil
}

// writeMember adds a member to an object, behind a comma if it is not the first.
func writeMember(b *bytes.Buffer, name string, x float64) error {
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	value, err := json.Marshal(x)
	if err != nil {
		return errors.Wrap(err, name)
	}
	if last := b.Bytes()[b.Len()-1]; last != '{' {
		b.WriteByte(',')
	}
	fmt.Fprintf(b, "%s:%s", key, value)
	return nil
}

// JoinJSON returns the JSON object of the members of several values that are objects, one after
// the other: Metrics among other fields.
func JoinJSON(objects ...any) (json.RawMessage, error) {
	joined := []byte{'{'}
	for _, o := range objects {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false) // which is for the caller to do
		if err := encoder.Encode(o); err != nil {
			return nil, err
		}
		text := bytes.TrimSpace(b.Bytes())
		if len(text) < 2 || text[0] != '{' {
			return nil, errors.Errorf("train: a %T is no object of JSON", o)
		}
		members := text[1 : len(text)-1]
		if len(members) > 0 && len(joined) > 1 {
			joined = append(joined, ',')
		}
		joined = append(joined, members...)
	}
	return append(joined, '}'), nil
}

// A Criterion says which of two validations is better. The zero value prefers the lower loss.
type Criterion struct {
	Metric  string // by its name; "loss" if empty
	Highest bool   // the highest number is the best, as of an accuracy, and not the lowest
}

// of returns the number that a validation is judged by: the lower, the better.
func (c Criterion) of(m Metrics) (float64, error) {
	name := c.Metric
	if name == "" {
		name = "loss"
	}
	x, ok := m.Get(name)
	if !ok {
		names := []string{"loss"}
		for _, v := range m.Values {
			names = append(names, v.Name)
		}
		return 0, errors.Errorf("train: no metric %q to choose the best model by; the model has %s", name, strings.Join(names, ", "))
	}
	if c.Highest {
		x = -x
	}
	return x, nil
}

// ofLoss tells whether models are chosen by their loss.
func (c Criterion) ofLoss() bool { return c.Metric == "" || c.Metric == "loss" }

// Counts are what a model counts of one batch or of several, by name: numbers that add up,
// and of which its measures are functions. So a measure over many batches is exact, and
// not a mean of means. They are plain numbers, for a training that is saved holds some.
type Counts map[string][]float64

// Add adds what the same model counted of other batches. It panics if there are not equally many
// numbers of a name.
func (c Counts) Add(other Counts) {
	for name, x := range other {
		sum, ok := c[name]
		if !ok {
			c[name] = slices.Clone(x)
			continue
		}
		if len(sum) != len(x) {
			panic(fmt.Sprintf("train: counts %q of %d numbers and of %d", name, len(sum), len(x)))
		}
		for i := range x {
			sum[i] += x[i]
		}
	}
}

// Mean returns the first number of a name over the second: a sum and a weight as their quotient.
func (c Counts) Mean(name string) float64 { return c[name][0] / c[name][1] }

// check returns an error unless there are so many numbers of each of these names, and no
// others.
func (c Counts) check(sizes map[string]int) error {
	for name, n := range sizes {
		if len(c[name]) != n {
			return errors.Errorf("train: counts with %d numbers of %q, want %d", len(c[name]), name, n)
		}
	}
	if len(c) != len(sizes) {
		return errors.Errorf("train: counts of %q, want those of %q", slices.Sorted(maps.Keys(c)), slices.Sorted(maps.Keys(sizes)))
	}
	return nil
}

// tally sums the results of batches.
type tally struct {
	Loss   metrics.Mean `json:"loss"`
	Counts Counts       `json:"counts"`
}

func (t *tally) add(r Result) {
	t.Loss.Add(r.Loss, r.Weight)
	if t.Counts == nil {
		t.Counts = Counts{}
	}
	t.Counts.Add(r.Counts)
}

// check returns an error if they are not sums that training or validating a model gives.
func (t *tally) check(model any) error {
	s, ok := model.(CountSizer)
	if !ok || t.Loss.Weight() == 0 && len(t.Counts) == 0 {
		return nil // of no batch
	}
	return t.Counts.check(s.CountSizes())
}

// reporter is the part of a Counter that knows no batches.
type reporter interface {
	Report(m *Metrics, counts Counts)
}

// metrics returns what the sums say of a model.
func (t *tally) metrics(model any) Metrics {
	m := Metrics{Loss: t.Loss.Value(), Targets: int(t.Loss.Weight())}
	if r, ok := model.(reporter); ok && m.Targets > 0 {
		r.Report(&m, t.Counts)
	}
	return m
}
