package format

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"golang.org/x/text/unicode/norm"
)

// A Sentence is words and a tag for each of them.
type Sentence struct {
	Words []string // in Unicode's composed form, NFC
	Tags  []string // nil if it was read with NoTags
	File  string
	Lines []int // where each word stands, from 1
}

// The formats of sentences.
const (
	// CoNLL has a word a line, columns separated by tabs or, where lines have none, by blanks, and
	// an empty line after each sentence, as in the shared tasks of CoNLL.
	CoNLL Format = "conll"

	// CoNLLU is the format of Universal Dependencies: ten columns separated by tabs, the
	// first of which numbers the words, and comments after #.
	CoNLLU Format = "conllu"
)

// TaggedOptions say where a file holds words and tags. The zero value lets OpenTagged
// find out.
type TaggedOptions struct {
	// Format is found out if it is "": CoNLLU if the file's name ends in .conllu, or
	// .conllu.gz, or if its first word has the ten columns of that format; CSV, which is a table
	// with a row a word, if it ends in .csv; else CoNLL.
	Format Format

	// Layout is that of a table. Of CoNLL and CoNLLU its Encoding applies, and of CoNLL its
	// Separator, a tab or a blank, and its Comment, which is found out otherwise: a line that begins with # is one if it has another
	// number of columns than words have; or if it and others begin sentences with # alone and
	// their tags are those of no other line.
	Layout

	// WordColumn and TagColumn are columns' numbers, counted from 1, or in CoNLLU and tables their
	// names, such as form or upos. If they are "", the columns are those of form and
	// upos; in CoNLL, the first and the last; in tables, those with usual names such as word and tag.
	WordColumn, TagColumn string

	// SentenceColumn is the column of a table that parts sentences: one begins where the cell is
	// neither empty nor that of the row above. If it is "", it is the one with a usual name such as
	// "Sentence #" or, if there is none, empty lines part sentences.
	SentenceColumn string

	// Scheme is that of the tags; "" finds it out by SchemeOf.
	Scheme TagScheme

	// NoTags reads words only, for prediction.
	NoTags bool
}

// Tagged is what a file holds, and how it was read.
type Tagged struct {
	Sentences []Sentence
	Scheme    TagScheme // of the tags, "" if they were not read
	Reading   *Reading
}

// conlluColumns are the columns of CoNLLU by name.
var conlluColumns = []string{"id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"}

// ReadTagged reads the sentences of a file by OpenTagged.
func ReadTagged(path string, o TaggedOptions) ([]Sentence, error) {
	t, err := OpenTagged(path, o)
	if err != nil {
		return nil, err
	}
	return t.Sentences, nil
}

// TaggedFromBytes returns the sentences of content that is in memory, under the same
// rules as ReadTagged. Errors, and the choice of a format, go by name. The content must not be
// changed while they are in use.
func TaggedFromBytes(name string, content []byte, o TaggedOptions) ([]Sentence, error) {
	t, err := o.Read(name, asString(content))
	if err != nil {
		return nil, err
	}
	return t.Sentences, nil
}

// OpenTagged reads the sentences of a file, plain or compressed by gzip. Left out are
// comments, the lines of CoNLLU that are no words but contractions, as 3-4, or words that
// are not there, as 3.1, and the lines of CoNLL that begin a document, -DOCSTART-.
//
// It is an *Error if the file cannot be read, holds no sentences or not the columns asked for, if
// lines have different numbers of columns, or if a word or tag is empty. It is an error of another
// type if the options do not fit each other or the format.
func OpenTagged(path string, o TaggedOptions) (*Tagged, error) {
	content, err := openFile(path, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	return o.Read(path, content)
}

// Read returns the sentences of content that is in memory, under the same rules as OpenTagged.
func (o TaggedOptions) Read(name, content string) (*Tagged, error) {
	d, err := decodeAs(name, content, o.Encoding)
	if err != nil {
		return nil, err
	}
	if o.Format == "" {
		o.Format = detectTagged(name, d.text)
	}
	switch {
	case o.NoTags && o.TagColumn != "":
		return nil, errors.Errorf("format: tag column %q, but tags are not to be read", o.TagColumn)
	case o.NoTags && o.Scheme != "":
		return nil, errors.Errorf("format: tag scheme %q, but tags are not to be read", o.Scheme)
	case o.Scheme != "" && !slices.Contains(TagSchemes, o.Scheme):
		return nil, errors.Errorf("format: tag scheme %q; it is one of %v", o.Scheme, TagSchemes)
	}
	r := &taggedReader{file: name, options: o, reading: &Reading{File: name, Settings: []Setting{d.setting()}}, tags: map[string]string{}}
	switch o.Format {
	case CSV, TSV:
		err = r.table(d)
	case CoNLL, CoNLLU:
		err = r.lines(d.text)
	default:
		err = errors.Errorf("format: format %q; for sentences it is %q, %q, %q or %q", o.Format, CoNLL, CoNLLU, CSV, TSV)
	}
	if err != nil {
		return nil, err
	}
	r.end()
	if len(r.sentences) == 0 {
		return nil, &Error{File: name, Problem: fmt.Sprintf("holds no sentences, read as %s", o.Format)}
	}
	return r.result(), nil
}

func detectTagged(file, content string) Format {
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(file), ".gz")) {
	case ".conllu":
		return CoNLLU
	case ".csv":
		return CSV
	}
	for _, line := range numberedLines(content) {
		if line == "" || line[0] == '#' {
			continue
		}
		if cells := strings.Split(line, "\t"); len(cells) == len(conlluColumns) && startsWithDigit(cells[0]) {
			return CoNLLU
		}
		break
	}
	return CoNLL
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// A taggedReader reads line by line.
type taggedReader struct {
	file      string
	options   TaggedOptions
	reading   *Reading
	word, tag int // indices of columns; a tag of -1 is the last one
	tabs      bool
	tail      bool // whether every line ends in a tab
	width     int  // columns of most lines
	commented bool // whether lines of # alone before sentences are comments
	comments  int  // lines that were left out
	sentence  Sentence
	sentences []Sentence
	tags      map[string]string // so that equal tags share their memory
}

// result sums up what was read.
func (r *taggedReader) result() *Tagged {
	t := &Tagged{Sentences: r.sentences, Reading: r.reading}
	t.Reading.Format, t.Reading.Rows, t.Reading.what = r.options.Format, len(r.sentences), "sentence"
	if t.Reading.Format == CSV && t.Reading.Setting("separator") == "tab" {
		t.Reading.Format = TSV
	}
	lengths, counts := make([]int, len(r.sentences)), map[string]int{}
	for i, s := range r.sentences {
		lengths[i] = len(s.Words)
		for _, tag := range s.Tags {
			counts[tag]++
		}
	}
	t.Reading.Lengths, t.Reading.Classes = lengthsOf(lengths, "words"), classesOf(counts)
	if !r.options.NoTags {
		if t.Scheme = r.options.Scheme; t.Scheme == "" {
			t.Scheme = SchemeOf(r.sentences)
		}
		t.Reading.set("tag scheme", string(t.Scheme), r.options.Scheme != "", "Scheme")
	}
	if r.comments > 0 {
		t.Reading.note("%s left out, as comments", counted(r.comments, "line"))
	}
	return t
}

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
