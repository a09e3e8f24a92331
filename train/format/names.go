package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// commentedHeader returns the names of the columns from the comment right above the data.
func (s *sheet) commentedHeader(h *heading) (row, bool) {
	above := strings.TrimRight(s.body[:h.rows[0].at], "\r\n")
	if s.dialect.comment == "" || above == "" {
		return row{}, false
	}
	line := s.line + strings.Count(above, string(lineEnd(s.body)))
	last := above[strings.LastIndexByte(above, lineEnd(s.body))+1:]
	text := strings.TrimLeft(last, s.dialect.comment+" \t")
	plain := s.dialect
	plain.comment = ""
	for r, problem := range plain.rows(text, line) {
		words := problem == nil && !slices.ContainsFunc(r.cells, func(cell string) bool { return typeOf(cell) != 0 || strings.TrimSpace(cell) == "" })
		return r, words && len(r.cells) == h.width && (h.width > 1 || !strings.Contains(text, " "))
	}
	return row{}, false
}

// hasComments tells whether the rows that begin with # are comments: they have other numbers of cells
// than most rows or, in a table of numbers, they stand above all others.
func hasComments(rows []row, numbers bool) bool {
	marked := func(r row) bool { return strings.HasPrefix(r.raw, "#") }
	others := slices.DeleteFunc(slices.Clone(rows), marked)
	width, top, alike := usualWidth(others), true, false
	for _, r := range rows {
		top = top && marked(r)
		if marked(r) && len(r.cells) == width {
			if !numbers || !top {
				return false
			}
			alike = true
		}
	}
	return len(others) < len(rows) && len(others) > 0 && (width > 1 || alike)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if what == "series" {
		return fmt.Sprintf("%d series", n)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// takeNames takes over the names of the columns.
func (s *sheet) takeNames(head row, h *heading) *Error {
	names := slices.Clone(head.cells)
	for len(names) > h.width && strings.TrimSpace(names[len(names)-1]) == "" {
		names = names[:len(names)-1]
	}
	switch {
	case len(names) == h.width-1 && h.data < len(h.rows):
		names = append([]string{""}, names...) // as R writes it
		s.shifted = true
	case len(names) != h.width && h.data < len(h.rows):
		r := h.rows[h.data]
		return &Error{Line: r.line, What: "row", Value: r.raw, Option: "HeaderLine, NoHeader, Separator", Problem: fmt.Sprintf(
			"its columns are %d, but the header in line %d names %d", len(r.cells), head.line, len(names))}
	}
	used := map[string]bool{}
	for i, name := range names {
		name = strings.TrimSpace(name)
		unique := name
		for n := 2; used[unique]; n++ {
			unique = fmt.Sprintf("%s.%d", name, n)
		}
		if unique != name && name != "" {
			s.reading.note("column %d is called %s as one before; it goes by %s", i+1, Quote(name), Quote(unique))
		}
		if name == "" {
			unique = name
		}
		used[unique] = true
		s.names = append(s.names, strings.Clone(unique))
	}
	return nil
}

// column returns the index of a column by its name or, if no name is so, its number from 1.
func (s *sheet) column(name string) (int, *Error) {
	if i := slices.Index(s.names, name); i >= 0 {
		if slices.Contains(s.names[i+1:], name) {
			return 0, &Error{What: "column", Value: name, Problem: "several columns have no name; ask for them by their numbers"}
		}
		return i, nil
	}
	if i := slices.IndexFunc(s.names, func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(name)) }); i >= 0 {
		return i, nil
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(s.names) {
		return n - 1, nil
	}
	return 0, &Error{Line: s.headLine, What: "column", Value: name, Problem: "the file has no such column; its columns are " + List(s.names)}
}
