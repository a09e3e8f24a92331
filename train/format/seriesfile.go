package format

import (
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// The formats of files of series.
const (
	TS   Format = "ts"   // of the UEA archive, as in aeon and sktime
	UCR  Format = "ucr"  // of the UCR archive, its .tsv: a label and numbers on each line
	ARFF Format = "arff" // of Weka, as in the UEA archive
	NPZ  Format = "npz"  // of NumPy: arrays x, y and lengths; also a .npy of x alone
)

// seriesFormats are the formats by the ends of files' names. A .tsv may also hold texts,
// so that UCR is only read if it is asked for.
var seriesFormats = map[string]Format{".ts": TS, ".arff": ARFF, ".npz": NPZ, ".npy": NPZ, ".wav": WAV}

// SeriesFormat returns the format of a file of series: the one that is asked for or, if
// that is "", what the end of the file's name says. It is "" if the file is none of
// series.
func SeriesFormat(path string, asked Format) Format {
	if asked != "" {
		if slices.Contains([]Format{TS, UCR, ARFF, NPZ, IDX, WAV}, asked) {
			return asked
		}
		return ""
	}
	if isIDX(path) {
		return IDX
	}
	return seriesFormats[filepath.Ext(strings.TrimSuffix(strings.ToLower(path), ".gz"))]
}

// ReadSeries reads the series of a file, plain or compressed by gzip, each with its label
// if the file has labels. All have the same number of columns. Recordings are read by
// ReadRecordings.
//
// It is an *Error if the file cannot be read, or is not what its format says. It is an
// error of another type if the format is none of series.
func ReadSeries(path string, format Format) ([]Series, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return readSeries(path, content, format)
}

// SeriesFromBytes returns the series of content that is in memory, under the same rules
// as ReadSeries. Errors, and the choice of a format, go by name.
func SeriesFromBytes(name string, content []byte, format Format) ([]Series, error) {
	return readSeries(name, string(content), format)
}

func readSeries(file, content string, asked Format) ([]Series, error) {
	format := SeriesFormat(file, asked)
	var all []Series
	var err error
	switch format {
	case "", WAV:
		return nil, errors.Errorf("format: %s is not known to hold series; the formats are %q, %q, %q, %q and %q", file, TS, UCR, ARFF, NPZ, IDX)
	case NPZ:
		all, err = readNumPy(file, content)
	case IDX:
		all, err = readIDX(file, content)
	default:
		all, err = readSeriesText(file, content, format)
	}
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, &Error{File: file, Problem: fmt.Sprintf("holds no series, read as %s", format)}
	}
	for i := range all {
		all[i].File = file
		if all[i].Width != all[0].Width {
			return nil, &Error{File: file, Line: all[i].Line, Problem: fmt.Sprintf(
				"a series of %d columns, but the first has %d", all[i].Width, all[0].Width)}
		}
	}
	return all, nil
}

// A seriesReader reads a text file line by line.
type seriesReader interface {
	// read reads a line that is not empty. It returns a series if the line holds one.
	read(line string) (*Series, *Error)

	// end checks what is missing at the end.
	end() *Error
}

func readSeriesText(file, content string, format Format) ([]Series, error) {
	content, err := decode(file, content)
	if err != nil {
		return nil, err
	}
	readers := map[Format]seriesReader{TS: &tsReader{}, UCR: ucrReader{}, ARFF: &arffReader{}}
	reader := readers[format]
	var all []Series
	for n, line := range numberedLines(content) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		s, problem := reader.read(line)
		if problem != nil {
			problem.File, problem.Line = file, n
			return nil, problem
		}
		if s != nil {
			s.Line = n
			all = append(all, *s)
		}
	}
	if problem := reader.end(); problem != nil {
		problem.File = file
		return nil, problem
	}
	return all, nil
}

// parseNumbers returns the numbers of a list.
func parseNumbers(cells iter.Seq[string]) ([]float64, *Error) {
	var numbers []float64
	for cell := range cells {
		x, ok := parseNumber(cell)
		if !ok {
			return nil, &Error{What: "number", Value: strings.TrimSpace(cell), Problem: "is not a finite number; a missing one is ?, NA or NaN"}
		}
		numbers = append(numbers, x)
	}
	return numbers, nil
}

// newSeries makes a series of the columns that a file holds one after the other. A
// column that is shorter than others lacks its last numbers, and steps at the end at
// which every number is missing are no steps.
func newSeries(columns [][]float64, label string) (*Series, *Error) {
	steps, numbers := 0, 0
	for _, c := range columns {
		steps, numbers = max(steps, len(c)), numbers+len(c)
	}
	const most = 16 // a file of some bytes is not to fill the memory
	if steps*len(columns) > most*(numbers+len(columns)) {
		return nil, &Error{Problem: fmt.Sprintf("the columns of a series are too different in length: the longest of %d has %d numbers, and all have %d",
			len(columns), steps, numbers)}
	}
	s := &Series{Width: len(columns), Label: label, Values: make([]float64, 0, steps*len(columns))}
	for t := range steps {
		for _, c := range columns {
			x := math.NaN()
			if t < len(c) {
				x = c[t]
			}
			s.Values = append(s.Values, x)
		}
	}
	s.trim()
	return s, nil
}

// trim takes away steps at the end at which every number is missing.
func (s *Series) trim() {
	n := len(s.Values)
	for n > 0 && math.IsNaN(s.Values[n-1]) {
		n--
	}
	steps := (n + s.Width - 1) / s.Width
	s.Values = s.Values[:steps*s.Width]
}

// checkLabelName returns an Error if a label is empty.
func checkLabelName(label string) *Error {
	if label == "" {
		return &Error{What: "label", Value: label, Problem: "is empty; every series needs one"}
	}
	return nil
}
