package format

import (
	"archive/zip"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// readNumPy returns the series of a .npz file, a zip of arrays:
//
//	x        numbers, of shape (N, T, I), or (N, T) for one column
//	y        labels, N numbers or strings; may lack
//	lengths  steps of each series, N whole numbers; may lack
//
// or of a .npy file, which holds x alone. Without lengths, steps at the end of a series
// at which every number is NaN are no steps.
func readNumPy(file, content string) ([]Series, error) {
	arrays := map[string]*numpyArray{}
	if strings.HasPrefix(content, numpyMagic) {
		x, problem := parseNumPy(content)
		if problem != nil {
			problem.File = file
			return nil, problem
		}
		arrays["x"] = x
	} else if err := readArrays(file, content, arrays); err != nil {
		return nil, err
	}
	all, problem := arraySeries(arrays)
	if problem != nil {
		problem.File = file
		return nil, problem
	}
	return all, nil
}

// readArrays reads the arrays of a zip.
func readArrays(file, content string, arrays map[string]*numpyArray) error {
	archive, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		return &Error{File: file, Problem: "is neither a .npy file nor a zip of them: " + err.Error(), Err: err}
	}
	for _, member := range archive.File {
		name := strings.ToLower(strings.TrimSuffix(path.Base(member.Name), ".npy"))
		if !slices.Contains([]string{"x", "y", "lengths"}, name) {
			continue
		}
		text, err := unzip(member)
		if err != nil {
			return &Error{File: file, What: "array", Value: member.Name, Problem: "cannot be read: " + err.Error(), Err: err}
		}
		array, problem := parseNumPy(text)
		if problem != nil {
			problem.File, problem.What, problem.Value = file, "array", member.Name
			return problem
		}
		arrays[name] = array
	}
	return nil
}

// unzip returns a member's content, which may be a gibibyte at most.
func unzip(member *zip.File) (string, error) {
	const most = 1 << 30
	r, err := member.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	var content strings.Builder
	n, err := io.Copy(&content, io.LimitReader(r, most+1))
	if err == nil && n > most {
		err = fmt.Errorf("it has more than %d bytes", most)
	}
	return content.String(), err
}

// arraySeries makes series of arrays.
func arraySeries(arrays map[string]*numpyArray) ([]Series, *Error) {
	x := arrays["x"]
	if x == nil {
		return nil, &Error{Problem: "holds no array x"}
	}
	if x.numbers == nil && len(x.texts) > 0 {
		return nil, &Error{What: "array", Value: "x", Problem: "holds strings, not numbers"}
	}
	shape := x.shape
	if len(shape) == 2 {
		shape = append(slices.Clone(shape), 1)
	}
	if len(shape) != 3 || shape[2] == 0 {
		return nil, &Error{What: "array", Value: "x", Problem: fmt.Sprintf("has shape %v, want (series, steps, columns)", x.shape)}
	}
	if len(x.numbers) == 0 {
		return nil, &Error{What: "array", Value: "x", Problem: fmt.Sprintf("has shape %v, and so is empty", x.shape)}
	}
	n, steps, width := shape[0], shape[1], shape[2]
	for _, name := range []string{"y", "lengths"} {
		if a := arrays[name]; a != nil && (len(a.shape) != 1 || a.shape[0] != n) {
			return nil, &Error{What: "array", Value: name, Problem: fmt.Sprintf("has shape %v, and x has %d series", a.shape, n)}
		}
	}
	all := make([]Series, n)
	for i := range all {
		all[i] = Series{Values: x.numbers[i*steps*width : (i+1)*steps*width], Width: width, Line: i + 1}
		if y := arrays["y"]; y != nil {
			all[i].Label = y.text(i)
		}
		if lengths := arrays["lengths"]; lengths == nil {
			all[i].trim()
		} else if problem := all[i].cut(lengths, i); problem != nil {
			return nil, problem
		}
		if j := slices.IndexFunc(all[i].Values, func(x float64) bool { return math.IsInf(x, 0) }); j >= 0 {
			return nil, &Error{What: "array", Value: "x", Problem: fmt.Sprintf("series %d holds an infinite number at step %d", i+1, j/width+1)}
		}
	}
	return all, nil
}

// cut shortens series i to its length.
func (s *Series) cut(lengths *numpyArray, i int) *Error {
	if lengths.numbers == nil {
		return &Error{What: "array", Value: "lengths", Problem: "holds strings, not numbers"}
	}
	n := lengths.numbers[i]
	if n != math.Trunc(n) || n < 0 || int(n) > s.Steps() {
		return &Error{What: "array", Value: "lengths", Problem: fmt.Sprintf("says %g steps of series %d, which has room for %d", n, i+1, s.Steps())}
	}
	s.Values = s.Values[:int(n)*s.Width]
	return nil
}

// text returns element i as a label.
func (a *numpyArray) text(i int) string {
	if a.numbers == nil {
		return a.texts[i]
	}
	return strconv.FormatFloat(a.numbers[i], 'f', -1, 64)
}
