package format

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// jsonLines returns the examples of JSON objects, one on each line.
func (o LabelledOptions) jsonLines(file, content string) ([]Example, error) {
	var examples []Example
	for n, line := range numberedLines(content) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		e, problem := o.jsonExample(line)
		e.File, e.Line = file, n
		if problem != nil {
			problem.File, problem.Line = file, n
			return nil, problem
		}
		if !o.NoLabel {
			if err := checkLabel(e); err != nil {
				return nil, err
			}
		}
		examples = append(examples, e)
	}
	return examples, nil
}

// jsonExample returns the example of an object. The caller knows where it stands,
// and fills that in, also in the Error.
func (o LabelledOptions) jsonExample(line string) (Example, *Error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		return Example{}, notAnObject(line, err)
	}
	var e Example
	raw, problem := field(fields, cmp.Or(o.TextColumn, "text"))
	if problem != nil {
		return e, problem
	}
	if json.Unmarshal(raw, &e.Text) != nil || string(raw) == "null" {
		return e, &Error{What: "text", Value: string(raw), Problem: "not a JSON string"}
	}
	if o.NoLabel {
		return e, nil
	}
	raw, problem = field(fields, cmp.Or(o.LabelColumn, "label"))
	if problem != nil {
		return e, problem
	}
	e.Label, problem = jsonLabel(raw)
	return e, problem
}

func notAnObject(line string, err error) *Error {
	e := &Error{What: "line", Value: line, Problem: "not a JSON object", Err: err}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		e.Problem = fmt.Sprintf("not JSON: %v, at byte %d of the line", syntax, syntax.Offset)
	}
	return e
}

func field(fields map[string]json.RawMessage, name string) (json.RawMessage, *Error) {
	raw, ok := fields[name]
	if !ok {
		names := slices.Sorted(maps.Keys(fields))
		return nil, &Error{What: "field", Value: name, Problem: "the object does not have it; it has " + cmp.Or(List(names), "none")}
	}
	return raw, nil
}

// jsonLabel returns a string's content, and a number or a boolean as it stands.
func jsonLabel(raw json.RawMessage) (string, *Error) {
	var s string
	switch {
	case strings.ContainsRune("{[n", rune(raw[0])): // an object, an array or null
		return "", &Error{What: "label", Value: string(raw), Problem: "not a JSON string, number or boolean"}
	case json.Unmarshal(raw, &s) != nil:
		return string(raw), nil
	}
	return s, nil
}
