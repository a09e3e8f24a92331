package format

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// SeriesOptions say how a file of series is read. The zero value lets OpenSeries find out.
type SeriesOptions struct {
	Format   Format
	Encoding string // of a text, a name of the WHATWG

	// Separator is what separates the numbers of UCR: ",", ";", "\t" or " "; "" is what the first
	// line has.
	Separator string

	// X, Y and Lengths are the names of a .npz file's arrays. If they are "", they are those with
	// usual names, such as x, x_train or arr_0.
	X, Y, Lengths string

	// ChannelsFirst says that x has the shape (series, columns, steps), as some libraries have it.
	ChannelsFirst bool

	// NoLabel says that lines of UCR hold numbers only, for prediction.
	NoLabel bool

	SkipUnlabelled bool  // leave out series of ARFF whose class is missing
	MaxBytes       int64 // what a compressed file may hold, 0 for a multiple of its size
}

// SeriesFile is what a file holds, and how it was read.
type SeriesFile struct {
	Series  []Series
	Reading *Reading
}

// ReadSeries reads the series of a file by OpenSeries.
func ReadSeries(path string, format Format) ([]Series, error) {
	return seriesOf(OpenSeries(path, SeriesOptions{Format: format}))
}

// SeriesFromBytes returns the series of content that is in memory, under the same rules
// as ReadSeries. Errors, and the choice of a format, go by name.
func SeriesFromBytes(name string, content []byte, format Format) ([]Series, error) {
	return seriesOf(SeriesOptions{Format: format}.Read(name, asString(content)))
}

func seriesOf(f *SeriesFile, err error) ([]Series, error) {
	if err != nil {
		return nil, err
	}
	return f.Series, nil
}

// OpenSeries reads the series of a file, plain or compressed by gzip, each with its label
// if the file has labels. All have the same number of columns. Recordings are read by
// OpenRecordings.
//
// It is an *Error if the file cannot be read, or is not what its format says. It is an
// error of another type if the format is none of series.
func OpenSeries(path string, o SeriesOptions) (*SeriesFile, error) {
	content, err := openFile(path, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	return o.Read(path, content)
}

// Read returns the series of content that is in memory, under the same rules as OpenSeries.
func (o SeriesOptions) Read(file, content string) (*SeriesFile, error) {
	format := SeriesFormat(file, o.Format)
	if format == "" {
		format = formatOfSample(content)
	}
	r := &Reading{File: file, Format: format}
	values := &arena{most: arenaOf(content)}
	defer values.close()
	var all []Series
	var err error
	switch format {
	case "", WAV:
		return nil, errors.Errorf("format: %s is not known to hold series; the formats are %q, %q, %q, %q and %q", file, TS, UCR, ARFF, NPZ, IDX)
	case NPZ:
		all, err = o.readNumPy(file, content, values, r)
	case IDX:
		all, err = readIDX(file, content, values)
	default:
		all, err = o.readText(file, content, format, values, r)
	}
	if err == nil && format != NPZ && (o.X+o.Y+o.Lengths != "" || o.ChannelsFirst) {
		err = errors.Errorf("format: names or the order of arrays, but format %q has none", format)
	}
	if err == nil && format != UCR && o.NoLabel {
		err = errors.Errorf("format: series without labels, but only lines of format %q do not say whether they have any", UCR)
	}
	if err == nil && format != ARFF && o.SkipUnlabelled {
		err = errors.Errorf("format: series without a class are to be left out, but only format %q has them", ARFF)
	}
	if err == nil && len(all) == 0 {
		err = &Error{File: file, Problem: fmt.Sprintf("holds no series, read as %s", format)}
	}
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].File = file
		if all[i].Width != all[0].Width {
			return nil, &Error{File: file, Line: all[i].Line, Problem: fmt.Sprintf(
				"a series of %d columns, but the first has %d", all[i].Width, all[0].Width)}
		}
	}
	if err := values.fill(all); err != nil {
		return nil, noTemporary(file, err)
	}
	r.sumUp(all)
	return &SeriesFile{all, r}, nil
}

// sumUp counts series, their lengths and classes.
func (r *Reading) sumUp(all []Series) {
	r.Rows, r.what = len(all), "series"
	lengths, counts := make([]int, len(all)), map[string]int{}
	for i, s := range all {
		lengths[i] = s.Steps()
		if s.Label != "" {
			counts[s.Label]++
		}
	}
	if r.Lengths = lengthsOf(lengths, "steps"); r.Lengths != nil {
		r.Lengths.Channels = all[0].Width
	}
	r.Classes = classesOf(counts)
}

// A seriesReader reads a text file line by line.
type seriesReader interface {
	// read reads a line that is not empty. It returns a series if the line holds one.
	read(line string) (*Series, *Error)

	// end checks what is missing at the end.
	end() *Error
}

func (o SeriesOptions) readText(file, content string, format Format, values *arena, r *Reading) ([]Series, error) {
	d, err := decodeAs(file, content, o.Encoding)
	if err != nil {
		return nil, err
	}
	r.Settings = append(r.Settings, d.setting())
	ucr := ucrReader{ucrSeparator(d.text), o.NoLabel}
	if o.Separator != "" {
		separator, known := Layout{Separator: o.Separator}.separator()
		if !known || separator == 0 || format != UCR {
			return nil, errors.Errorf("format: separator %q; it is that of format %q: a comma, a semicolon, a tab or a blank", o.Separator, UCR)
		}
		ucr.separator = separator
	}
	ts, arff := &tsReader{}, &arffReader{skipUnlabelled: o.SkipUnlabelled}
	reader := map[Format]seriesReader{TS: ts, UCR: ucr, ARFF: arff}[format]
	if format == UCR {
		r.set("separator", separatorNames[ucr.separator], o.Separator != "", "Separator")
	}
	var all []Series
	labels := map[string]string{} // so that equal labels share their memory
	for n, line := range numberedLines(d.text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		ts.line = n
		s, problem := reader.read(line)
		if problem != nil {
			problem.File, problem.Line = file, n
			return nil, problem
		}
		if s != nil {
			if _, ok := labels[s.Label]; !ok {
				label := strings.Clone(s.Label)
				labels[label] = label
			}
			s.Line, s.Label = n, labels[s.Label]
			all = append(all, *s)
			if err := values.take(&all[len(all)-1]); err != nil {
				return nil, noTemporary(file, err)
			}
		}
	}
	if problem := reader.end(); problem != nil {
		problem.File = file
		return nil, problem
	}
	all = slices.Clip(append(make([]Series, 0, len(all)), all...))
	if ts.stamped > 0 {
		r.note("the times of %d numbers are left out", ts.stamped)
	}
	if ts.uneven > 0 {
		r.note("times are not equally far apart, first in line %d; the series are read as if they were", ts.uneven)
	}
	if arff.skipped > 0 {
		r.note("%d series without a class are left out", arff.skipped)
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
