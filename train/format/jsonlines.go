package format

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"golang.org/x/text/unicode/norm"
)

// A jsonReader reads examples of JSON objects.
type jsonReader struct {
	file        string
	options     LabelledOptions
	text, label string // paths of the fields
	nullTexts   int
	nullLabels  int
	examples    []Example
}

// json reads JSON objects: one on each line, or one after the other, or in an array.
func (l *Labelled) json(file, content string, o LabelledOptions) error {
	r := &jsonReader{file: file, options: o, text: o.TextColumn, label: o.LabelColumn}
	start := strings.TrimLeft(content, " \t\r\n")
	var err error
	switch {
	case strings.HasPrefix(start, "[") && strings.HasPrefix(strings.TrimLeft(start[1:], " \t\r\n"), "{"), strings.HasPrefix(start, "[]"):
		err = r.array(content)
	case severalLines(start):
		err = r.stream(content, json.NewDecoder(strings.NewReader(content)))
	default:
		err = r.lines(content)
	}
	if err != nil {
		return err
	}
	l.Examples = r.examples
	for _, n := range []struct {
		count int
		what  string
	}{{r.nullTexts, "text"}, {r.nullLabels, "label"}} {
		if n.count > 0 {
			l.Reading.note("%s left out: the %s is null", counted(n.count, "object"), n.what)
		}
	}
	l.Reading.set("text field", r.text, o.TextColumn != "", "TextColumn")
	if !o.NoLabel {
		l.Reading.set("label field", r.label, o.LabelColumn != "", "LabelColumn")
	}
	return nil
}

// severalLines tells whether the first object does not end in its line.
func severalLines(content string) bool {
	first, rest, _ := strings.Cut(content, "\n")
	first = strings.TrimSpace(first)
	if !strings.HasPrefix(first, "{") || strings.TrimSpace(rest) == "" || json.Valid([]byte(first)) {
		return false
	}
	return json.NewDecoder(strings.NewReader(content)).Decode(new(json.RawMessage)) == nil
}

// lines reads an object on each line.
func (r *jsonReader) lines(content string) error {
	for n, line := range numberedLines(content) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := r.object(n, line); err != nil {
			return err
		}
	}
	return nil
}

// array reads the objects of an array.
func (r *jsonReader) array(content string) error {
	d := json.NewDecoder(strings.NewReader(content))
	if _, err := d.Token(); err != nil { // the bracket
		return r.broken(content, d, err)
	}
	if err := r.stream(content, d); err != nil {
		return err
	}
	if _, err := d.Token(); err != nil {
		return r.broken(content, d, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return &Error{File: r.file, Line: lineAt(content, int(d.InputOffset())), Problem: "there is more after the array"}
	}
	return nil
}

// stream reads objects up to the end of the array or of the file.
func (r *jsonReader) stream(content string, d *json.Decoder) error {
	at, line := 0, 1
	for d.More() {
		var object json.RawMessage
		if err := d.Decode(&object); err != nil {
			return r.broken(content, d, err)
		}
		start := int(d.InputOffset()) - len(object)
		line += strings.Count(content[at:start], "\n")
		at = start
		if err := r.object(line, content[start:int(d.InputOffset())]); err != nil {
			return err
		}
	}
	return nil
}

func (r *jsonReader) broken(content string, d *json.Decoder, err error) error {
	at := min(int(d.InputOffset()), len(content))
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = min(int(syntax.Offset), len(content))
	}
	return &Error{File: r.file, Line: lineAt(content, at), Problem: "not JSON: " + err.Error(), Err: err}
}

// object reads an example, unless its text or label is null.
func (r *jsonReader) object(line int, text string) error {
	e, problem := r.example(text)
	if problem != nil {
		problem.File, problem.Line = r.file, line
		return problem
	}
	if e == nil {
		return nil
	}
	e.File, e.Line = r.file, line
	if !r.options.NoLabel {
		if err := checkLabel(*e); err != nil {
			return err
		}
	}
	r.examples = append(r.examples, *e)
	return nil
}

func (r *jsonReader) example(object string) (*Example, *Error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		return nil, notAnObject(object, err)
	}
	if r.text == "" {
		r.text = usualField(fields, textNames)
	}
	if r.label == "" {
		r.label = usualField(fields, labelNames)
	}
	raw, problem := field(fields, r.text, "TextColumn")
	if problem != nil {
		return nil, problem
	}
	e := &Example{}
	switch {
	case string(raw) == "null":
		r.nullTexts++
		return nil, nil
	case json.Unmarshal(raw, &e.Text) != nil:
		return nil, &Error{What: "text", Value: string(raw), Problem: "not a JSON string"}
	}
	e.Text = norm.NFC.String(e.Text)
	if r.options.NoLabel {
		return e, nil
	}
	if raw, problem = field(fields, r.label, "LabelColumn"); problem != nil {
		return nil, problem
	}
	if string(raw) == "null" {
		r.nullLabels++
		return nil, nil
	}
	e.Label, problem = jsonLabel(raw)
	return e, problem
}

// usualField returns the first of the usual names that an object has, or the most usual one.
func usualField(fields map[string]json.RawMessage, usual []string) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	if i := usualName(names, usual); i >= 0 {
		return names[i]
	}
	return usual[0]
}

func notAnObject(line string, err error) *Error {
	e := &Error{What: "line", Value: line, Problem: "not a JSON object", Err: err}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		e.Problem = fmt.Sprintf("not JSON: %v, at byte %d of the line", syntax, syntax.Offset)
	}
	return e
}

// field returns a field by its name or, if there is none, by the path of objects to it, such as
// "data.text".
func field(fields map[string]json.RawMessage, path, option string) (json.RawMessage, *Error) {
	at := fields
	for name := path; ; {
		if raw, ok := at[name]; ok {
			return raw, nil
		}
		first, rest, more := strings.Cut(name, ".")
		var inner map[string]json.RawMessage
		if raw, ok := at[first]; !more || !ok || json.Unmarshal(raw, &inner) != nil {
			break
		}
		at, name = inner, rest
	}
	names := paths(fields, "", 0)
	slices.Sort(names)
	return nil, &Error{What: "field", Value: path, Option: option, Problem: "the object does not have it; it has " + cmp.Or(List(names), "none")}
}

// paths returns the paths of an object's fields.
func paths(fields map[string]json.RawMessage, prefix string, depth int) []string {
	const deepest = 4
	var all []string
	for name, raw := range fields {
		var inner map[string]json.RawMessage
		if depth < deepest && json.Unmarshal(raw, &inner) == nil && len(inner) > 0 {
			all = append(all, paths(inner, prefix+name+".", depth+1)...)
			continue
		}
		all = append(all, prefix+name)
	}
	return all
}

// jsonLabel returns a string's content, and a number or a boolean as it stands.
func jsonLabel(raw json.RawMessage) (string, *Error) {
	var s string
	switch {
	case strings.ContainsRune("{[", rune(raw[0])): // an object or an array
		return "", &Error{What: "label", Value: string(raw), Problem: "not a JSON string, number or boolean"}
	case json.Unmarshal(raw, &s) != nil:
		return cleanLabel(string(raw)), nil
	}
	return cleanLabel(s), nil
}
