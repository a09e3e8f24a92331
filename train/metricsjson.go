package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pkg/errors"
)

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
