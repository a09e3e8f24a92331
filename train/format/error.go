package format

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// An Error is a complaint about data: a file that cannot be read, or something
// in it that cannot be used. Callers find it with errors.As.
type Error struct {
	File    string // where the data came from, "" if no single file is to blame
	Line    int    // counted from 1, 0 where no line applies
	What    string // what Value is, such as "label"
	Value   string // what stands there, in full
	Problem string // what is wrong, what was expected and what to do
	Option  string // the field of the options that helps, several separated by commas, or ""
	Err     error  // the cause, or nil
}

var _ error = (*Error)(nil)

// Error returns the complaint on one line, such as
//
//	reviews.tsv:17: label "meh": training never saw it; known are "neg", "pos"
//
// in which a long value is shortened.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	separate := func() {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
	}
	if e.What != "" || e.Value != "" {
		separate()
		b.WriteString(strings.TrimSpace(e.What + " " + e.quoted()))
	}
	separate()
	b.WriteString(e.Problem)
	return b.String()
}

// Unwrap returns the cause, so that errors.Is(err, fs.ErrNotExist) finds a
// missing file.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) quoted() string {
	if e.What == "character" {
		r, _ := utf8.DecodeRuneInString(e.Value)
		return fmt.Sprintf("%q (%U)", r, r)
	}
	return Quote(e.Value)
}

// quote returns s in double quotes, shortened to its first 60 characters.
func Quote(s string) string {
	const most = 60
	seen := 0
	for i := range s {
		if seen == most {
			return strconv.Quote(s[:i]) + "…"
		}
		seen++
	}
	return strconv.Quote(s)
}

// list returns the values quoted, with commas between them and the tail of a
// long list left out.
func List(values []string) string {
	const most = 12
	shown := make([]string, 0, most+1)
	for i, v := range values {
		if i == most {
			shown = append(shown, fmt.Sprintf("and %d more", len(values)-most))
			break
		}
		shown = append(shown, Quote(v))
	}
	return strings.Join(shown, ", ")
}

// unreadable turns an error of the operating system into an Error.
func unreadable(file string, err error) error {
	reason := err
	var path *fs.PathError
	if errors.As(err, &path) {
		reason = path.Err
	}
	return &Error{File: file, Problem: "cannot be read: " + reason.Error(), Err: err}
}
