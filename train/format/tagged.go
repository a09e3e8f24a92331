package format

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// A Sentence is words and a tag for each of them.
type Sentence struct {
	Words []string
	Tags  []string // nil if it was read with NoTags
	File  string
	Lines []int // where each word stands, from 1
}

// The formats of sentences.
const (
	// CoNLL has a word a line, columns separated by white space, and an empty line
	// after each sentence, as in the shared tasks of CoNLL.
	CoNLL Format = "conll"

	// CoNLLU is the format of Universal Dependencies: ten columns separated by tabs, the
	// first of which numbers the words, and comments after #.
	CoNLLU Format = "conllu"
)

// TaggedOptions say where a file holds words and tags. The zero value lets ReadTagged
// find out.
type TaggedOptions struct {
	// Format is found out if it is "": CoNLLU if the file's name ends in .conllu, or
	// .conllu.gz, or if its first word has the ten columns of that format, else CoNLL.
	Format Format

	// WordColumn and TagColumn are columns' numbers, counted from 1, or in CoNLLU their
	// names, such as form or upos. If they are "", the columns are those of form and
	// upos or, in CoNLL, the first and the last.
	WordColumn, TagColumn string

	// NoTags reads words only, for prediction.
	NoTags bool
}

// conlluColumns are the columns of CoNLLU by name.
var conlluColumns = []string{"id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"}

// ReadTagged reads the sentences of a file, plain or compressed by gzip. Left out are
// comments, the lines of CoNLLU that are no words but contractions, as 3-4, or words that
// are not there, as 3.1, and the lines of CoNLL that begin a document, -DOCSTART-.
//
// It is an *Error if the file cannot be read, is not UTF-8, holds no sentences or not the
// columns asked for, or if a word or tag is empty. It is an error of another type if the
// options do not fit each other or the format.
func ReadTagged(path string, o TaggedOptions) ([]Sentence, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return o.read(path, content)
}

// TaggedFromBytes returns the sentences of content that is in memory, under the same
// rules as ReadTagged. Errors, and the choice of a format, go by name.
func TaggedFromBytes(name string, content []byte, o TaggedOptions) ([]Sentence, error) {
	return o.read(name, string(content))
}

func (o TaggedOptions) read(name, content string) ([]Sentence, error) {
	content, err := decode(name, content)
	if err != nil {
		return nil, err
	}
	if o.Format == "" {
		o.Format = detectTagged(name, content)
	}
	r := &taggedReader{file: name, options: o}
	if err := r.places(); err != nil {
		return nil, err
	}
	for n, line := range numberedLines(content) {
		if err := r.read(n, line); err != nil {
			return nil, err
		}
	}
	r.end()
	if len(r.sentences) == 0 {
		return nil, &Error{File: name, Problem: fmt.Sprintf("holds no sentences, read as %s", o.Format)}
	}
	return r.sentences, nil
}

func detectTagged(file, content string) Format {
	if strings.HasSuffix(strings.TrimSuffix(strings.ToLower(file), ".gz"), ".conllu") {
		return CoNLLU
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
	word, tag int // indices of columns; a tag of -1 is the last one
	sentence  Sentence
	sentences []Sentence
}

// places finds out the columns.
func (r *taggedReader) places() (err error) {
	o := r.options
	if o.Format != CoNLL && o.Format != CoNLLU {
		return errors.Errorf("format: format %q; for sentences it is %q or %q", o.Format, CoNLL, CoNLLU)
	}
	if o.NoTags && o.TagColumn != "" {
		return errors.Errorf("format: tag column %q, but tags are not to be read", o.TagColumn)
	}
	word, tag := "1", ""
	if o.Format == CoNLLU {
		word, tag = "form", "upos"
	}
	if r.word, err = o.index(cmp.Or(o.WordColumn, word)); err != nil {
		return err
	}
	r.tag = -1
	if named := cmp.Or(o.TagColumn, tag); named != "" {
		r.tag, err = o.index(named)
	}
	if err == nil && r.word == r.tag {
		err = errors.Errorf("format: column %d for both the word and the tag", r.word+1)
	}
	return err
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

func (r *taggedReader) read(n int, line string) error {
	if strings.TrimSpace(line) == "" {
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
	if len(cells) < wanted {
		return &Error{File: r.file, Line: n, What: "line", Value: line,
			Problem: fmt.Sprintf("its columns are %d, but at least %d are wanted, read as %s", len(cells), wanted, r.options.Format)}
	}
	return r.add(n, cells)
}

// cells returns the columns of a line, or nil if it is no word.
func (r *taggedReader) cells(line string) []string {
	if r.options.Format == CoNLL {
		if strings.HasPrefix(line, "-DOCSTART-") {
			return nil
		}
		return strings.Fields(line)
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

func (r *taggedReader) add(n int, cells []string) error {
	word := cells[r.word]
	if strings.TrimSpace(word) == "" {
		return &Error{File: r.file, Line: n, What: "word", Value: word, Problem: "is empty"}
	}
	r.sentence.Words = append(r.sentence.Words, word)
	r.sentence.Lines = append(r.sentence.Lines, n)
	if r.options.NoTags {
		return nil
	}
	at := r.tag
	if at < 0 {
		at = len(cells) - 1
	}
	if strings.TrimSpace(cells[at]) == "" {
		return &Error{File: r.file, Line: n, What: "tag", Value: cells[at], Problem: "is empty; every word needs one"}
	}
	r.sentence.Tags = append(r.sentence.Tags, cells[at])
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
