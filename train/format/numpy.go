package format

import (
	"archive/zip"
	"cmp"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The usual names of a .npz file's arrays, in small letters; arr_0 and so on are those that NumPy
// gives to arrays without names.
var (
	xNames      = []string{"x", "x_train", "xtrain", "data", "arr_0"}
	yNames      = []string{"y", "y_train", "ytrain", "label", "labels", "target", "arr_1"}
	lengthNames = []string{"lengths", "length", "lengths_train", "arr_2"}
)

// readNumPy returns the series of a .npz file, a zip of arrays:
//
//	x        numbers, of shape (N, T, I), or (N, T) for one column
//	y        labels, N numbers or strings, of shape (N) or (N, 1); may lack
//	lengths  steps of each series, N whole numbers; may lack
//
// by these or other usual names, or of a .npy file, which holds x alone. Without lengths, steps at
// the end of a series at which every number is NaN are no steps.
func (o SeriesOptions) readNumPy(file, content string, values *arena, r *Reading) ([]Series, error) {
	arrays := map[string]*numpyArray{}
	if strings.HasPrefix(content, numpyMagic) {
		x, problem := parseNumPy(content)
		if problem != nil {
			problem.File = file
			return nil, problem
		}
		arrays["x"] = x
	} else if err := o.readArrays(file, content, arrays, r); err != nil {
		return nil, err
	}
	all, err := o.arraySeries(arrays, values)
	if problem, ok := err.(*Error); ok {
		problem.File = file
	}
	if shape := arrays["x"]; err == nil && len(shape.shape) == 3 && shape.shape[1] < shape.shape[2] && !o.ChannelsFirst {
		r.note("the series have %d columns and only %s; if the array has the columns first, say so by ChannelsFirst", shape.shape[2], counted(shape.shape[1], "step"))
	}
	return all, err
}

// readArrays reads the arrays of a zip.
func (o SeriesOptions) readArrays(file, content string, arrays map[string]*numpyArray, r *Reading) error {
	archive, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		return &Error{File: file, Problem: "is neither a .npy file nor a zip of them: " + err.Error(), Err: err}
	}
	members, names := map[string]*zip.File{}, []string{}
	for _, member := range archive.File {
		name := strings.TrimSuffix(path.Base(member.Name), ".npy")
		if members[name] == nil {
			names = append(names, name)
		}
		members[name] = member
	}
	if problem := overlapping(archive.File); problem != nil {
		problem.File = file
		return problem
	}
	for _, a := range []struct {
		role, told, option string
		usual              []string
	}{{"x", o.X, "X", xNames}, {"y", o.Y, "Y", yNames}, {"lengths", o.Lengths, "Lengths", lengthNames}} {
		name, problem := chooseArray(names, a.told, a.usual)
		if problem == nil && name == "" {
			if a.role == "x" {
				problem = &Error{Problem: "holds no array x; its arrays are " + List(names) + "; say which holds the series"}
			} else {
				continue
			}
		}
		if problem != nil {
			problem.File, problem.Option = file, a.option
			return problem
		}
		r.set(a.role, Quote(name), a.told != "", a.option)
		if arrays[a.role], err = o.readMember(file, members[name], int64(len(content))); err != nil {
			return err
		}
	}
	return nil
}

// chooseArray returns the name that is told, or the one that is usual, "" if there is none.
func chooseArray(names []string, told string, usual []string) (string, *Error) {
	if told != "" {
		if slices.Contains(names, told) {
			return told, nil
		}
		return "", &Error{What: "array", Value: told, Problem: "the file has no such array; its arrays are " + List(names)}
	}
	if i := usualName(names, usual); i >= 0 {
		return names[i], nil
	}
	return "", nil
}

// readMember reads one array.
func (o SeriesOptions) readMember(file string, member *zip.File, size int64) (*numpyArray, error) {
	text, err := unzip(member, limitOf(o.MaxBytes, size))
	if err != nil {
		return nil, &Error{File: file, What: "array", Value: member.Name, Option: "MaxBytes", Problem: "cannot be read: " + err.Error(), Err: err}
	}
	array, problem := parseNumPy(text)
	if problem != nil {
		problem.File, problem.What, problem.Value = file, "array", member.Name
		return nil, problem
	}
	return array, nil
}

// overlapping refuses members that share bytes of the file, as those of a zip bomb do.
func overlapping(members []*zip.File) *Error {
	type span struct{ from, to int64 }
	var spans []span
	for _, member := range members {
		at, err := member.DataOffset()
		if err != nil || member.CompressedSize64 > math.MaxInt64/2 {
			return &Error{What: "array", Value: member.Name, Problem: "does not stand where the zip says", Err: err}
		}
		spans = append(spans, span{at, at + int64(member.CompressedSize64)})
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to || spans[i].from == spans[i-1].from {
			return &Error{Problem: "is a zip whose members overlap; write it again"}
		}
	}
	return nil
}

// unzip returns a member's content, in memory or, if it is long, in a temporary file.
func unzip(member *zip.File, most int64) (string, error) {
	r, err := member.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	const long = 1 << 20
	limited := &io.LimitedReader{R: r, N: most + 1}
	if member.UncompressedSize64 <= long {
		limited.N = min(limited.N, long+1)
		var content strings.Builder
		content.Grow(int(min(member.UncompressedSize64, uint64(16*member.CompressedSize64)+1<<10)))
		_, err = io.Copy(&content, limited)
		return content.String(), err
	}
	t, err := newTemporary()
	if err != nil {
		return "", err
	}
	defer t.close()
	if _, err := io.Copy(t, limited); err != nil {
		return "", err
	}
	if limited.N == 0 {
		return "", fmt.Errorf("it has more than %d bytes", most)
	}
	return t.content()
}

// arraySeries makes series of arrays.
func (o SeriesOptions) arraySeries(arrays map[string]*numpyArray, values *arena) ([]Series, error) {
	x := arrays["x"]
	if x == nil {
		return nil, &Error{Problem: "holds no array x"}
	}
	if !x.isNumbers() {
		return nil, &Error{What: "array", Value: "x", Problem: "holds strings, not numbers"}
	}
	shape := x.shape
	if len(shape) == 2 {
		shape = append(slices.Clone(shape), 1)
	}
	if len(shape) != 3 || shape[2] == 0 {
		return nil, &Error{What: "array", Value: "x", Problem: fmt.Sprintf("has shape %v, want (series, steps, columns)", x.shape)}
	}
	n, steps, width := shape[0], shape[1], shape[2]
	if o.ChannelsFirst {
		steps, width = width, steps
	}
	if n*steps*width == 0 {
		return nil, &Error{What: "array", Value: "x", Problem: fmt.Sprintf("has shape %v, and so is empty", x.shape)}
	}
	for _, name := range []string{"y", "lengths"} {
		if a := arrays[name]; a != nil && !a.isVector(n) {
			return nil, &Error{What: "array", Value: name, Problem: fmt.Sprintf("has shape %v, and x has %d series", a.shape, n)}
		}
	}
	all := make([]Series, n)
	buffer := make([]float64, steps*width)
	for i := range all {
		for j := range buffer {
			at := j
			if o.ChannelsFirst {
				at = j%width*steps + j/width
			}
			buffer[j] = x.number(i*steps*width + at)
		}
		all[i] = Series{Values: buffer, Width: width, Line: i + 1}
		if y := arrays["y"]; y != nil {
			var problem *Error
			if all[i].Label, problem = y.text(i); problem != nil {
				problem.What, problem.Value = "array", "y"
				return nil, problem
			}
		}
		if lengths := arrays["lengths"]; lengths == nil {
			all[i].trim()
		} else if problem := all[i].cut(lengths, i); problem != nil {
			return nil, problem
		}
		if j := slices.IndexFunc(all[i].Values, func(x float64) bool { return math.IsInf(x, 0) }); j >= 0 {
			return nil, &Error{What: "array", Value: "x", Problem: fmt.Sprintf("series %d holds an infinite number at step %d", i+1, j/width+1)}
		}
		if err := values.take(&all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// cut shortens series i to its length.
func (s *Series) cut(lengths *numpyArray, i int) *Error {
	if !lengths.isNumbers() {
		return &Error{What: "array", Value: "lengths", Problem: "holds strings, not numbers"}
	}
	n := lengths.number(i)
	if n != math.Trunc(n) || !(n >= 0 && n <= float64(s.Steps())) {
		return &Error{What: "array", Value: "lengths", Problem: fmt.Sprintf("says %g steps of series %d, which has room for %d", n, i+1, s.Steps())}
	}
	s.Values = s.Values[:int(n)*s.Width]
	return nil
}

// text returns element i as a label.
func (a *numpyArray) text(i int) (string, *Error) {
	if a.isNumbers() {
		return strconv.FormatFloat(a.number(i), 'f', -1, 64), nil
	}
	return a.string(i)
}
