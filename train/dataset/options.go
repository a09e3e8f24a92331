package dataset

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Options say which files a data set is and how they become batches. The zero value of each field
// is a default; those that a task has no use for must be zero.
type Options struct {
	Unit  schema.Unit `json:"unit"`            // what a token is; characters, but words where texts are classified
	Data  []string    `json:"data"`            // files to learn from; none for Go source text
	Valid string      `json:"valid,omitempty"` // the file of the validation part, if it has its own
	Test  string      `json:"test,omitempty"`  // likewise of the test part
	Split Split       `json:"split"`           // of Data; all is for training if zero
	Columns
	Forecast
	Spectrum  string `json:"spectrum,omitempty"`   // of format.Spectra, what recordings become; mfcc if empty
	Limit     int    `json:"limit,omitempty"`      // use a random sample of so many examples, or the first rows of a table; all if 0
	VocabSize int    `json:"vocab_size,omitempty"` // size of the vocabulary, special tokens included; no limit if 0
	MinCount  int    `json:"min_count,omitempty"`  // least occurrences of a token in the vocabulary
	Affixes   int    `json:"affixes,omitempty"`    // letters of the longest affix by which words are known too; none if 0
	Batch     int    `json:"batch"`                // rows of a batch; 50 if 0
	TestBatch int    `json:"test_batch,omitempty"` // rows of a batch of the test part of a text; Batch if 0
	Seed      uint64 `json:"seed"`                 // of the sample and of the split
}

// Columns say where files hold texts and labels, as [format.LabelledOptions] and
// [format.TaggedOptions] do.
type Columns struct {
	LabelPattern Pattern       `json:"label_pattern,omitzero"` // whose first group is the label, in the name of a recording or of a file with a text a line
	Format       format.Format `json:"format,omitempty"`
	TextColumn   string        `json:"text_column,omitempty"`
	LabelColumn  string        `json:"label_column,omitempty"`
	Header       bool          `json:"header,omitempty"`
	Encoding     string        `json:"encoding,omitempty"` // utf-8 or latin1; utf-8 if empty
}

// Forecast is what a forecaster forecasts from what.
type Forecast struct {
	Targets  []string `json:"target,omitempty"` // columns that are forecast; all that hold numbers only if none
	Inputs   []string `json:"input,omitempty"`  // columns that are read and not forecast
	Horizon  int      `json:"horizon,omitempty"`
	Season   int      `json:"season,omitempty"`
	Relative bool     `json:"relative,omitempty"` // forecast the difference to the last row that was read
}

// Formats are those of files with labels.
var Formats = []format.Format{
	format.TSV, format.CSV, format.JSONLines, format.CoNLL, format.CoNLLU,
	format.TS, format.UCR, format.ARFF, format.NPZ, format.IDX, format.WAV,
}

// limits returns which tokens a vocabulary takes in.
func (o *Options) limits() schema.Limits {
	return schema.Limits{MinCount: o.MinCount, MaxSize: o.VocabSize}
}

// files names the training data in messages.
func (o *Options) files() string { return strings.Join(o.Data, ", ") }

// Validates tells whether there is a validation part.
func (o *Options) Validates() bool { return o.Valid != "" || o.Split.Valid > 0 }

// Tests tells whether there is a test part.
func (o *Options) Tests() bool { return o.Test != "" || o.Split.Test > 0 }

// fractions returns how to split Data: as told, but for the parts that have a file, which take
// none; the others' shares grow in proportion.
func (o *Options) fractions() data.Fractions {
	f := data.Fractions(o.Split)
	if f == (data.Fractions{}) {
		f.Train = 1
	}
	if o.Valid != "" {
		f.Valid = 0
	}
	if o.Test != "" {
		f.Test = 0
	}
	sum := f.Train + f.Valid + f.Test
	return data.Fractions{Train: f.Train / sum, Valid: f.Valid / sum, Test: f.Test / sum}
}

// testBatch returns the rows of a batch of the test part.
func (o *Options) testBatch() int { return cmp.Or(o.TestBatch, o.Batch) }

// A Split is shares of a data set, written as 0.9,0.05,0.05.
type Split data.Fractions

// String writes the shares with commas between them.
func (s Split) String() string { return fmt.Sprintf("%g,%g,%g", s.Train, s.Valid, s.Test) }

// MarshalText is String.
func (s Split) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote: three shares, whose sum is 1 and of which the first is
// not nothing.
func (s *Split) UnmarshalText(text []byte) error {
	var x []float64
	ok := true
	for field := range strings.SplitSeq(string(text), ",") {
		share, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
		ok = ok && err == nil && share >= 0
		x = append(x, share)
	}
	if !ok || len(x) != 3 || x[0] == 0 || !(math.Abs(x[0]+x[1]+x[2]-1) <= 1e-9) {
		return errors.New("want three shares for training, validation and test, such as 0.9,0.05,0.05, whose sum is 1 and the first above 0")
	}
	*s = Split{x[0], x[1], x[2]}
	return nil
}

// A Pattern is a regular expression with a group, or none.
type Pattern struct{ *regexp.Regexp }

// String returns the expression, or nothing.
func (p Pattern) String() string {
	if p.Regexp == nil {
		return ""
	}
	return p.Regexp.String()
}

// IsZero tells whether there is no expression.
func (p Pattern) IsZero() bool { return p.Regexp == nil }

// MarshalText is String.
func (p Pattern) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads an expression, which needs a group.
func (p *Pattern) UnmarshalText(text []byte) error {
	r, err := regexp.Compile(string(text))
	if err != nil || r.NumSubexp() < 1 {
		return errors.New("want a regular expression with a group in parentheses")
	}
	p.Regexp = r
	return nil
}

// label returns what stands for the label in the name of a file.
func (p Pattern) label(path, name string) (string, error) {
	match := p.FindStringSubmatch(name)
	if match == nil || match[1] == "" {
		return "", &format.Error{File: path, What: "name", Value: name, Problem: "has no label: the pattern " + p.String() + " does not match it"}
	}
	return match[1], nil
}
