package format

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
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
	if err := o.Layout.check(); err != nil {
		return nil, err
	}
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
