package format

import (
	"fmt"
	"iter"
	"strings"
)

// A row is a line of a table; a quoted cell may spread it over several.
type row struct {
	line  int      // the first one, from 1
	cells []string // valid until the next row is read
	raw   string   // as it stands in the file
	at    int      // its offset in the file
}

// blank tells whether a row holds nothing but white space and separators.
func (r row) blank() bool {
	for _, cell := range r.cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// A dialect is how a table is written.
type dialect struct {
	separator byte   // ',', ';', '\t', '|', or ' ' for runs of blanks and tabs; 0 for one column
	quote     byte   // '"', '\'', or 0 where quotes are characters as others
	escape    bool   // whether a backslash takes the meaning from a quote
	comment   string // what comments begin with, or ""
}

// A rowScanner reads the rows of a table. A cell that begins with a quote ends with one; within,
// the quote is written twice or after a backslash. Blanks between a separator and a quote do not
// count, and a quote within a cell that does not begin with one is a character. Lines end in LF,
// CR LF or, where a file has no LF, CR.
type rowScanner struct {
	dialect
	content string
	end     byte // of lines
	at      int  // offset of what is not read yet
	line    int  // its line, from 1
	cells   []string
	quotes  int // cells in quotes so far
	needed  int // of these, the ones that hold what a cell without quotes could not
}

// rows returns the rows of content, whose lines count from line on, up to the first error. Empty
// lines and comments are left out. Rows share the memory of their cells.
func (d dialect) rows(content string, line int) iter.Seq2[row, *Error] {
	return func(yield func(row, *Error) bool) {
		s := &rowScanner{dialect: d, content: content, end: lineEnd(content), line: line}
		for s.skip() {
			r, problem := s.next()
			if !yield(r, problem) || problem != nil {
				return
			}
		}
	}
}

// lineEnd returns the byte that ends lines.
func lineEnd(content string) byte {
	if strings.IndexByte(content, '\n') < 0 && strings.IndexByte(content, '\r') >= 0 {
		return '\r'
	}
	return '\n'
}

// rest returns the current line and the offset of the next one.
func (s *rowScanner) rest() (line string, next int) {
	if i := strings.IndexByte(s.content[s.at:], s.end); i >= 0 {
		return s.content[s.at : s.at+i], s.at + i + 1
	}
	return s.content[s.at:], len(s.content)
}

// skip goes to the next line that is neither empty nor a comment.
func (s *rowScanner) skip() bool {
	for s.at < len(s.content) {
		line, next := s.rest()
		empty := strings.Trim(line, "\r") == "" || s.separator == ' ' && strings.TrimSpace(line) == ""
		if !empty && (s.comment == "" || !strings.HasPrefix(strings.TrimLeft(line, " \t"), s.comment)) {
			return true
		}
		s.at, s.line = next, s.line+1
	}
	return false
}

// next reads a row.
func (s *rowScanner) next() (row, *Error) {
	r := row{line: s.line, at: s.at}
	s.cells = s.cells[:0]
	for {
		cell, more, problem := s.cell()
		if problem != nil {
			problem.Line, problem.What, problem.Value = r.line, "row", strings.TrimRight(s.content[r.at:s.at], "\r\n")
			return r, problem
		}
		if s.separator == ' ' && !more && cell == "" && len(s.cells) > 0 {
			break // blanks at the end
		}
		s.cells = append(s.cells, cell)
		if !more {
			break
		}
	}
	r.cells, r.raw = s.cells, strings.TrimRight(s.content[r.at:s.at], "\r\n")
	return r, nil
}

// cell reads a cell and what ends it, and says whether another one follows in the row.
func (s *rowScanner) cell() (cell string, more bool, problem *Error) {
	if s.separator == ' ' {
		s.blanks(" \t")
	}
	if s.quote != 0 {
		start := s.at
		if s.separator == '\t' {
			s.blanks(" ")
		} else {
			s.blanks(" \t")
		}
		if s.at < len(s.content) && s.content[s.at] == s.quote {
			return s.quoted()
		}
		s.at = start
	}
	start := s.at
	for s.at < len(s.content) && s.content[s.at] != s.end && !s.separates(s.content[s.at]) {
		s.at++
	}
	cell = s.content[start:s.at]
	more = s.after()
	if !more {
		cell = strings.TrimRight(cell, "\r")
	}
	return cell, more, nil
}

func (s *rowScanner) separates(b byte) bool {
	return s.separator != 0 && (b == s.separator || s.separator == ' ' && b == '\t')
}

func (s *rowScanner) blanks(which string) {
	for s.at < len(s.content) && strings.IndexByte(which, s.content[s.at]) >= 0 {
		s.at++
	}
}

// after goes over the separator or the end of line that follows a cell.
func (s *rowScanner) after() (more bool) {
	if s.at == len(s.content) {
		return false
	}
	if s.content[s.at] == s.end {
		s.line++
		s.at++
		return false
	}
	s.at++
	return true
}

// quoted reads a cell in quotes.
func (s *rowScanner) quoted() (cell string, more bool, problem *Error) {
	opened := s.line
	s.at++
	start := s.at
	var changed strings.Builder // the cell so far, if it is not as it stands in the file
	stop := string([]byte{s.quote, '\\', s.end})
	for {
		i := strings.IndexAny(s.content[s.at:], stop)
		if i < 0 {
			s.at = len(s.content)
			return "", false, &Error{Option: "Quote", Problem: fmt.Sprintf(
				"not CSV: the quote that opens in line %d does not close; close it, or say that quotes mean nothing here", opened)}
		}
		s.at += i
		switch b := s.content[s.at]; {
		case b == s.end:
			s.line++
			s.at++
			continue
		case b == '\\' && s.escape && s.at+1 < len(s.content) && (s.content[s.at+1] == s.quote || s.content[s.at+1] == '\\'):
			changed.WriteString(s.content[start:s.at])
			start, s.at = s.at+1, s.at+2
			continue
		case b == '\\':
			s.at++
			continue
		case s.at+1 < len(s.content) && s.content[s.at+1] == s.quote: // written twice
			changed.WriteString(s.content[start : s.at+1])
			s.at += 2
			start = s.at
			continue
		}
		break
	}
	cell = s.content[start:s.at]
	if changed.Len() > 0 {
		changed.WriteString(cell)
		cell = changed.String()
	}
	if s.quotes++; changed.Len() > 0 || strings.IndexByte(cell, s.separator) >= 0 || s.line > opened {
		s.needed++
	}
	s.at++
	s.blanks(" ")
	if s.separator != '\t' {
		s.blanks("\t")
	}
	if s.end == '\n' {
		s.blanks("\r")
	}
	if end := s.at == len(s.content) || s.content[s.at] == s.end; end || s.separates(s.content[s.at]) {
		return cell, s.after(), nil
	}
	if s.separator == ' ' && strings.IndexByte(" \t", s.content[s.at-1]) >= 0 {
		return cell, true, nil // the blanks that separate are gone over
	}
	return "", false, &Error{Option: "Quote", Problem: fmt.Sprintf(
		"not CSV: in line %d a cell goes on after its closing quote; write the quotes within it twice, or say that quotes mean nothing here", s.line)}
}
