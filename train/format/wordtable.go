package format

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// The names by which columns of a table of words usually go, in small letters.
var (
	wordNames     = []string{"word", "words", "token", "tokens", "form", "text"}
	tagNames      = []string{"tag", "tags", "label", "labels", "ner", "ner_tag", "ner_tags", "ne", "iob", "bio", "pos", "upos"}
	sentenceNames = []string{"sentence #", "sentence", "sentence_id", "sentence id", "sentence_idx", "sentenceid", "sent_id", "sent", "sentence no", "sentence number"}
)

// table reads a table with a row a word.
func (r *taggedReader) table(d decoded) error {
	o := r.options
	if o.Format == TSV && o.Separator == "" {
		o.Separator = "\t"
	}
	s, err := openSheet(r.file, d, o.Layout, func(rows []row) bool {
		named := o.WordColumn != "" && !isNumber(o.WordColumn) || o.TagColumn != "" && !isNumber(o.TagColumn)
		return named || usualName(rows[0].cells, wordNames) >= 0 && usualName(rows[0].cells, tagNames) >= 0
	})
	if err != nil {
		return err
	}
	r.reading = s.reading
	sentence, err := r.tablePlaces(s)
	if err != nil {
		return err
	}
	last, line := "", 0
	for row, err := range s.rows() {
		if err != nil {
			return err
		}
		if sentence < 0 {
			if line > 0 && row.line > line+1 {
				r.end()
			}
		} else if id := strings.TrimSpace(row.cells[sentence]); id != "" && id != last {
			r.end()
			last = id
		}
		line = row.line + strings.Count(row.raw, "\n")
		if err := r.add(row.line, row.cells); err != nil {
			return err
		}
	}
	if sentence < 0 && len(r.sentences) == 0 {
		return &Error{File: r.file, Option: "SentenceColumn", Problem: "nothing parts sentences: there is no empty line, and no column has a usual name such as \"Sentence #\"; its columns are " + List(s.names)}
	}
	return nil
}

// tablePlaces finds the columns of a table.
func (r *taggedReader) tablePlaces(s *sheet) (sentence int, err error) {
	o := r.options
	sentence = -1
	for _, c := range []struct {
		what, given, option string
		usual               []string
		at                  *int
		number              int // where there is no header, counted from 0
	}{
		{"word column", o.WordColumn, "WordColumn", wordNames, &r.word, 0},
		{"tag column", o.TagColumn, "TagColumn", tagNames, &r.tag, len(s.names) - 1},
		{"sentence column", o.SentenceColumn, "SentenceColumn", sentenceNames, &sentence, -1},
	} {
		if c.option == "TagColumn" && o.NoTags {
			continue
		}
		at := usualName(s.names, c.usual)
		switch {
		case c.given != "":
			i, problem := s.column(c.given)
			if problem != nil {
				problem.File = r.file
				return 0, problem
			}
			at = i
		case !s.header:
			at = c.number
		case at < 0 && c.option != "SentenceColumn":
			return 0, &Error{File: r.file, Line: s.headLine, What: "column", Value: c.usual[0], Option: c.option, Problem: "the first row does not name it; it names " + List(s.names)}
		}
		if *c.at = at; at >= 0 {
			r.reading.set(c.what, Quote(orElse(s.names[at], strconv.Itoa(at+1))), c.given != "", c.option)
		}
	}
	if !o.NoTags && r.word == r.tag {
		if o.WordColumn == "" || o.TagColumn == "" {
			return 0, &Error{File: r.file, Line: s.line, Option: "Separator, WordColumn, TagColumn", Problem: fmt.Sprintf(
				"column %d of %d would be both the word and the tag; say which columns they are", r.word+1, len(s.names))}
		}
		return 0, errors.Errorf("format: column %d for both the word and the tag", r.word+1)
	}
	return sentence, nil
}
