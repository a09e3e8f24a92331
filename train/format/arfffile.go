package format

import (
	"fmt"
	"slices"
	"strings"
)

// An arffReader reads the format of Weka, as the UEA archive and others use it. Attributes are
// declared before @data; each line after it is a series. The class is the attribute that lists its
// values, wherever it stands: the one called class or target, or else the last. The others are the
// numbers of the one column or, of several columns, a string that holds them, separated by \n:
//
//	@attribute bag relational
//	…
//	@attribute class {a, e}
//	@data
//	'1.2,1.3,1.1\n0.5,0.4,?',a
//
// Comments begin with %. Without attributes the class is the last value.
type arffReader struct {
	skipUnlabelled bool
	data           bool // whether @data was read
	attributes     []arffAttribute
	nested         bool // within a relational attribute
	class          int  // index of an attribute, −1 for the last value
	skipped        int  // series without a class
}

// An arffAttribute is a declaration.
type arffAttribute struct {
	name, kind string
	values     []string // of one that lists them
}

func (r *arffReader) read(line string) (*Series, *Error) {
	switch {
	case line[0] == '%':
		return nil, nil
	case r.data:
		return r.series(line)
	case line[0] != '@':
		return nil, &Error{What: "line", Value: line, Problem: "stands before @data and begins neither with @ nor with %"}
	}
	word, rest, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	switch strings.ToLower(word) {
	case "@attribute":
		return nil, r.attribute(line, strings.TrimSpace(rest))
	case "@end":
		r.nested = false
	case "@data":
		r.data = true
		return nil, r.findClass(line)
	}
	return nil, nil
}

// attribute reads a declaration: a name, maybe in quotes, and a kind.
func (r *arffReader) attribute(line, rest string) *Error {
	if r.nested || rest == "" {
		return nil
	}
	var a arffAttribute
	if quote := rest[0]; quote == '\'' || quote == '"' {
		end := strings.IndexByte(rest[1:], quote)
		if end < 0 {
			return &Error{What: "line", Value: line, Problem: "the name of the attribute does not end in the quote that it begins with"}
		}
		a.name, a.kind = rest[1:1+end], strings.TrimSpace(rest[2+end:])
	} else {
		a.name, a.kind, _ = strings.Cut(rest, " ")
		a.kind = strings.TrimSpace(a.kind)
	}
	if list, ok := strings.CutPrefix(a.kind, "{"); ok {
		list, ok = strings.CutSuffix(list, "}")
		if !ok {
			return &Error{What: "line", Value: line, Problem: "the list of values does not end in }"}
		}
		for _, value := range splitQuoted(list) {
			a.values = append(a.values, unquote(value))
		}
	}
	kind := strings.ToLower(a.kind)
	r.nested = strings.HasPrefix(kind, "relational")
	if strings.HasPrefix(kind, "date") || kind == "string" {
		return &Error{What: "line", Value: line, Problem: "an attribute of times or of texts is no number of a series; remove it"}
	}
	r.attributes = append(r.attributes, a)
	return nil
}

// findClass finds the class among the attributes.
func (r *arffReader) findClass(line string) *Error {
	r.class = -1
	lists := 0
	for i, a := range r.attributes {
		if a.values == nil {
			continue
		}
		lists++
		if r.class < 0 || !isClassName(r.attributes[r.class].name) || isClassName(a.name) {
			r.class = i
		}
	}
	switch {
	case len(r.attributes) == 0:
	case lists > 1:
		for i, a := range r.attributes {
			if a.values != nil && i != r.class {
				return &Error{What: "line", Value: line, Problem: fmt.Sprintf("attribute %s lists values and is not the class, which is %s, and so is no number of a series; remove it", Quote(a.name), Quote(r.attributes[r.class].name))}
			}
		}
	case lists == 0:
		r.class = len(r.attributes) - 1
		for i, a := range r.attributes {
			if isClassName(a.name) {
				r.class = i
			}
		}
	}
	return nil
}

func isClassName(name string) bool {
	return slices.Contains([]string{"class", "target", "label", "classattribute"}, strings.ToLower(name))
}

// splitQuoted splits at the commas that stand in no quotes.
func splitQuoted(line string) []string {
	var parts []string
	start, quote := 0, byte(0)
	for i := 0; i < len(line); i++ {
		switch b := line[i]; {
		case quote != 0 && b == '\\':
			i++
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '\'' || b == '"':
			quote = b
		case b == ',':
			parts, start = append(parts, line[start:i]), i+1
		}
	}
	if quote != 0 {
		return nil
	}
	return append(parts, line[start:])
}

func (r *arffReader) series(line string) (*Series, *Error) {
	if line[0] == '{' {
		return nil, &Error{What: "line", Value: line, Problem: "a sparse row; write every number"}
	}
	values := splitQuoted(line)
	if values == nil {
		return nil, &Error{What: "line", Value: line, Problem: "a string does not end in the quote that it begins with"}
	}
	if len(values) < 2 {
		return nil, &Error{What: "line", Value: line, Problem: "has one attribute; numbers and a label, separated by commas, are wanted"}
	}
	if n := len(r.attributes); n > 0 && len(values) != n {
		return nil, &Error{What: "line", Value: line, Problem: fmt.Sprintf("has %d values, but the header declares %d attributes", len(values), n)}
	}
	at := r.class
	if at < 0 {
		at = len(values) - 1
	}
	label, problem := r.label(values[at], at)
	if problem != nil || label == "?" {
		return nil, problem
	}
	values = slices.Delete(values, at, at+1)
	rows := []string{strings.Join(values, ",")}
	if first := strings.TrimSpace(values[0]); len(values) == 1 && strings.ContainsAny(first[:min(1, len(first))], `'"`) {
		rows = strings.Split(unquote(first), `\n`)
	}
	columns := make([][]float64, len(rows))
	for i, row := range rows {
		if columns[i], problem = parseNumbers(strings.SplitSeq(row, ",")); problem != nil {
			return nil, problem
		}
	}
	return newSeries(columns, label)
}

// label returns the label of a series, "?" if it has none and may be left out.
func (r *arffReader) label(value string, at int) (string, *Error) {
	label := unquote(value)
	if label == "?" {
		if r.skipUnlabelled {
			r.skipped++
			return label, nil
		}
		return "", &Error{What: "label", Value: label, Option: "SkipUnlabelled", Problem: "is missing; every series needs one, or say that those without are to be left out"}
	}
	if problem := checkLabelName(label); problem != nil {
		return "", problem
	}
	if at < len(r.attributes) && r.attributes[at].values != nil && !slices.Contains(r.attributes[at].values, label) {
		return "", &Error{What: "label", Value: label, Problem: "is not among those of the header, " + List(r.attributes[at].values)}
	}
	return label, nil
}

// unquote takes away white space and quotes around a value.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if n := len(s); n >= 2 && (s[0] == '\'' || s[0] == '"') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

func (r *arffReader) end() *Error {
	if !r.data {
		return &Error{Problem: "has no line @data; it is not in the format arff"}
	}
	return nil
}
