package format

// A Series is numbers over time: a row for each step, a number for each column. A number
// that is missing is NaN.
type Series struct {
	Values []float64 // row by row; those of a file must not be changed
	Width  int       // the number of columns
	Label  string    // its class, "" if it has none
	File   string    // where it stands
	Line   int       // its first line there, from 1
}

// Steps returns the number of rows.
func (s Series) Steps() int { return len(s.Values) / s.Width }
