package ir

import (
	"fmt"
	"regexp"
	"strings"
)

// plainName is a name that stands for a leaf in a text; others are quoted.
var plainName = regexp.MustCompile(`^[a-uw-zA-Z][A-Za-z0-9_]*$`)

// String returns the program as text, a line a value, which [Parse] reads.
func (p *Program) String() string {
	var b strings.Builder
	names := p.names()
	for _, v := range p.Values {
		fmt.Fprintf(&b, "%s = %s", names[v], v.text(names))
		if v.Row {
			b.WriteString(" row")
		}
		b.WriteByte('\n')
	}
	var outputs []string
	for _, v := range p.Outputs {
		outputs = append(outputs, names[v])
	}
	fmt.Fprintf(&b, "return %s\n", strings.Join(outputs, ", "))
	return b.String()
}

// names returns what the values are called: leaves by their names where they can be, others
// by their place.
func (p *Program) names() map[*Value]string {
	names := make(map[*Value]string, len(p.Values))
	taken := map[string]bool{"row": true, "return": true}
	for i, v := range p.Values {
		name := fmt.Sprint("v", i)
		if v.Op == Leaf {
			if own := v.Attr.(Memory).Name; plainName.MatchString(own) && !taken[own] {
				name = own
			}
		}
		taken[name], names[v] = true, name
	}
	return names
}

// text returns what stands behind the equals sign.
func (v *Value) text(names map[*Value]string) string {
	if v.Op == Leaf {
		a := v.Attr.(Memory)
		text := fmt.Sprintf("%s %dx%d", a.Kind, v.Rows, v.Cols)
		if names[v] != a.Name {
			text += fmt.Sprintf(" %q", a.Name)
		}
		return text
	}
	var terms []string
	for _, t := range v.Products {
		term := names[t.Left] + "*" + names[t.Right]
		if t.Trans {
			term += "'"
		}
		terms = append(terms, term)
	}
	for _, u := range v.In {
		terms = append(terms, names[u])
	}
	attr, between := "", ", "
	if s, ok := v.Attr.(Start); v.Attr != nil && (!ok || s.InPlace) {
		attr = "[" + string(v.Attr.Append(nil)) + "]"
	}
	if v.Op == Sum {
		between = " + "
	}
	return fmt.Sprintf("%s%s(%s)", v.Op, attr, strings.Join(terms, between))
}
