package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"golang.org/x/text/unicode/norm"
)

// lines reads CoNLL and CoNLLU.
func (r *taggedReader) lines(content string) error {
	if err := r.places(); err != nil {
		return err
	}
	known := r.survey(content)
	r.findComments(content, known)
	separator := "blanks"
	if r.tabs {
		separator = "tab"
	}
	r.reading.set("separator", separator, r.options.Separator != "", "Separator")
	for n, line := range numberedLines(content) {
		if err := r.read(n, line); err != nil {
			return err
		}
	}
	r.reading.set("word column", strconv.Itoa(r.word+1), r.options.WordColumn != "", "WordColumn")
	if !r.options.NoTags {
		tag := strconv.Itoa(r.tag + 1)
		if r.tag < 0 {
			tag = "the last, " + strconv.Itoa(r.width)
		}
		r.reading.set("tag column", tag, r.options.TagColumn != "", "TagColumn")
	}
	return nil
}

// places finds out the columns.
func (r *taggedReader) places() (err error) {
	o := r.options
	if o.SentenceColumn != "" {
		return errors.Errorf("format: sentence column %q, but in format %q empty lines part sentences", o.SentenceColumn, o.Format)
	}
	layout := o.Layout
	layout.Encoding, layout.Comment, layout.Separator, layout.MaxBytes = "", "", "", 0
	switch {
	case layout != (Layout{}), o.Format == CoNLLU && o.Comment+o.Separator != "":
		return errors.Errorf("format: quotes, headers and others are those of tables, and format %q is none", o.Format)
	case o.Separator != "" && o.Separator != "\t" && o.Separator != " ":
		return errors.Errorf("format: separator %q; columns of format %q are separated by a tab or a blank", o.Separator, o.Format)
	}
	word, tag := "1", ""
	if o.Format == CoNLLU {
		word, tag = "form", "upos"
	}
	if r.word, err = o.index(orElse(o.WordColumn, word)); err != nil {
		return err
	}
	r.tag = -1
	if named := orElse(o.TagColumn, tag); named != "" {
		r.tag, err = o.index(named)
	}
	if err == nil && r.word == r.tag {
		err = errors.Errorf("format: column %d for both the word and the tag", r.word+1)
	}
	return err
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

func (o TaggedOptions) index(column string) (int, error) {
	if n, err := strconv.Atoi(column); err == nil && n >= 1 {
		return n - 1, nil
	}
	if i := slices.Index(conlluColumns, strings.ToLower(column)); i >= 0 && o.Format == CoNLLU {
		return i, nil
	}
	return 0, errors.Errorf("format: column %q of format %q; it is a number from 1, or in %q one of %s",
		column, o.Format, CoNLLU, strings.Join(conlluColumns, ", "))
}

// survey finds out whether tabs part the columns, how many there are, and which tags are on lines
// that do not begin with #.
func (r *taggedReader) survey(content string) (tags map[string]bool) {
	lines, withTabs, tails := 0, 0, 0
	for _, line := range numberedLines(content) {
		if wordLine(line) {
			if lines++; strings.IndexByte(strings.TrimRight(line, "\t"), '\t') >= 0 {
				withTabs++
			}
			if strings.HasSuffix(line, "\t") {
				tails++
			}
		}
	}
	r.tail = tails == lines
	if r.tabs = r.options.Format == CoNLLU || 2*withTabs > lines; r.options.Separator != "" {
		r.tabs = r.options.Separator == "\t"
	}
	counts := map[int]int{}
	tags = map[string]bool{}
	for _, line := range numberedLines(content) {
		if !wordLine(line) {
			continue
		}
		cells := r.split(line)
		if counts[len(cells)]++; counts[len(cells)] > counts[r.width] {
			r.width = len(cells)
		}
		if at := r.tagAt(cells); at < len(cells) {
			tags[cells[at]] = true
		}
	}
	return tags
}

// wordLine tells whether a line surely holds a word.
func wordLine(line string) bool {
	return strings.TrimSpace(line) != "" && line[0] != '#' && !strings.HasPrefix(line, "-DOCSTART-")
}

// split returns the columns of a line.
func (r *taggedReader) split(line string) []string {
	if r.tabs {
		if r.tail && r.options.Format == CoNLL {
			line = strings.TrimSuffix(line, "\t")
		}
		return strings.Split(line, "\t")
	}
	return strings.FieldsFunc(line, func(c rune) bool { return c == ' ' || c == '\t' })
}

// tagAt returns the index of the tag in a line's columns.
func (r *taggedReader) tagAt(cells []string) int {
	if r.tag < 0 {
		return len(cells) - 1
	}
	return r.tag
}

// findComments finds out whether sentences begin with comments: lines that begin with # alone, have
// as many columns as words, and a tag that no other line has. One such line is a word.
func (r *taggedReader) findComments(content string, known map[string]bool) {
	found, words := 0, 0
	for _, line := range numberedLines(content) {
		switch {
		case strings.TrimSpace(line) == "":
			words = 0
		case wordLine(line):
			words++
		case words == 0 && apart(line):
			cells := r.split(line)
			if at := r.tagAt(cells); len(cells) == r.width && (r.options.NoTags || at >= len(cells) || !known[cells[at]]) {
				found++
			}
		}
	}
	r.commented = found > 1
}

// apart tells whether a line begins with # alone.
func apart(line string) bool {
	return line[0] == '#' && (len(line) == 1 || line[1] == ' ' || line[1] == '\t')
}

func (r *taggedReader) read(n int, line string) error {
	if strings.Trim(line, " \t") == "" && (!r.tabs || strings.IndexByte(line, '\t') < 0) {
		r.end()
		return nil
	}
	cells := r.cells(line)
	if cells == nil {
		return nil
	}
	wanted := max(r.word, r.tag) + 1
	if !r.options.NoTags && r.tag < 0 {
		wanted = max(wanted, r.word+2)
	}
	if r.options.NoTags {
		wanted = r.word + 1
	}
	e := &Error{File: r.file, Line: n, What: "line", Value: line}
	if len(cells) < wanted {
		e.Option, e.Problem = "WordColumn, TagColumn", fmt.Sprintf("its columns are %d, but at least %d are wanted, read as %s", len(cells), wanted, r.options.Format)
		return e
	}
	if r.tag < 0 && !r.options.NoTags && len(cells) != r.width {
		e.Option, e.Problem = "TagColumn, Comment", fmt.Sprintf("its columns are %d, but those of most lines %d, and so the last may be no tag; mend the line, or say which column is the tag", len(cells), r.width)
		return e
	}
	return r.add(n, cells)
}

// cells returns the columns of a line, or nil if it is no word.
func (r *taggedReader) cells(line string) []string {
	if r.options.Format == CoNLL {
		if strings.HasPrefix(line, "-DOCSTART-") {
			return nil
		}
		cells := r.split(line)
		if r.isComment(line, cells) {
			r.comments++
			return nil
		}
		return cells
	}
	if line[0] == '#' {
		return nil
	}
	cells := strings.Split(line, "\t")
	if strings.ContainsAny(cells[0], "-.") {
		return nil
	}
	return cells
}

// isComment tells whether a line of CoNLL is a comment.
func (r *taggedReader) isComment(line string, cells []string) bool {
	switch mark := r.options.Comment; {
	case mark == "none":
		return false
	case mark != "":
		return strings.HasPrefix(line, mark)
	case line[0] != '#' || r.width == 0:
		return false
	case len(cells) != r.width:
		return true
	}
	return r.commented && apart(line) && len(r.sentence.Words) == 0
}

func (r *taggedReader) add(n int, cells []string) error {
	word := cells[r.word]
	if strings.TrimSpace(word) == "" {
		e := &Error{File: r.file, Line: n, What: "word", Value: word, Problem: "is empty"}
		if word != "" {
			e.Problem = "is blank: " + strconv.QuoteToASCII(word) + " has nothing to see; write another word, or leave out the line"
		}
		return e
	}
	r.sentence.Words = append(r.sentence.Words, norm.NFC.String(word))
	r.sentence.Lines = append(r.sentence.Lines, n)
	if r.options.NoTags {
		return nil
	}
	at := r.tagAt(cells)
	tag := strings.TrimSpace(cells[at])
	if tag == "" {
		return &Error{File: r.file, Line: n, What: "tag", Value: cells[at], Problem: "is empty; every word needs one"}
	}
	if _, ok := r.tags[tag]; !ok {
		r.tags[tag] = tag
	}
	r.sentence.Tags = append(r.sentence.Tags, r.tags[tag])
	return nil
}

// end ends the sentence.
func (r *taggedReader) end() {
	if len(r.sentence.Words) > 0 {
		r.sentence.File = r.file
		r.sentences = append(r.sentences, r.sentence)
		r.sentence = Sentence{}
	}
}
