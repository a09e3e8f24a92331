package format

import (
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A numpyArray is what a .npy file holds, row by row.
type numpyArray struct {
	shape   []int
	numbers []float64 // nil if it holds strings
	texts   []string
}

// numpyMagic begins every .npy file. Two bytes of version follow, then the length of the
// header, in two bytes or, from version 2 on, four, the header, and the elements.
const numpyMagic = "\x93NUMPY"

// parseNumPy reads a .npy file of numbers, booleans or Unicode strings, in the order of C.
func parseNumPy(content string) (*numpyArray, *Error) {
	header, body, problem := numpyHeader(content)
	if problem != nil {
		return nil, problem
	}
	kind, size, order, shape, problem := describedArray(header)
	if problem != nil {
		return nil, problem
	}
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > len(body)/d {
			return nil, &Error{Problem: fmt.Sprintf("the array's shape is %v, but it has %d bytes", shape, len(body))}
		}
		n *= d
	}
	if n*size != len(body) {
		return nil, &Error{Problem: fmt.Sprintf("the array's shape is %v of %d bytes each, but it has %d bytes", shape, size, len(body))}
	}
	a := &numpyArray{shape: shape}
	if kind == 'U' {
		a.texts = make([]string, n)
		for i := range a.texts {
			if a.texts[i], problem = numpyText(body[i*size:(i+1)*size], order); problem != nil {
				return nil, problem
			}
		}
		return a, nil
	}
	a.numbers = make([]float64, n)
	for i := range a.numbers {
		a.numbers[i] = numpyNumber(body[i*size:(i+1)*size], kind, order)
	}
	return a, nil
}

func numpyHeader(content string) (header, body string, problem *Error) {
	cut := &Error{Problem: "the .npy array is cut off"}
	if !strings.HasPrefix(content, numpyMagic) {
		return "", "", &Error{Problem: "is not a .npy array: it does not begin with \\x93NUMPY"}
	}
	rest := content[len(numpyMagic):]
	if len(rest) < 6 {
		return "", "", cut
	}
	version, n := rest[0], 0
	if rest = rest[2:]; version == 1 {
		n, rest = int(binary.LittleEndian.Uint16([]byte(rest[:2]))), rest[2:]
	} else {
		n, rest = int(binary.LittleEndian.Uint32([]byte(rest[:4]))), rest[4:]
	}
	if n > len(rest) {
		return "", "", cut
	}
	return rest[:n], rest[n:], nil
}

var (
	numpyDescription = regexp.MustCompile(`'descr':\s*'([<>|=])([fiubU])(\d+)'`)
	numpyFortran     = regexp.MustCompile(`'fortran_order':\s*True`)
	numpyShape       = regexp.MustCompile(`'shape':\s*\(([^)]*)\)`)
)

// describedArray reads a header, such as
//
//	{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
func describedArray(header string) (kind byte, size int, order binary.ByteOrder, shape []int, problem *Error) {
	bad := func(why string) (byte, int, binary.ByteOrder, []int, *Error) {
		return 0, 0, nil, nil, &Error{What: "header", Value: strings.TrimSpace(header), Problem: why}
	}
	d, s := numpyDescription.FindStringSubmatch(header), numpyShape.FindStringSubmatch(header)
	switch {
	case d == nil || s == nil:
		return bad("is not that of an array of numbers, booleans or Unicode strings")
	case numpyFortran.MatchString(header):
		return bad("the array is in the order of Fortran; save numpy.ascontiguousarray of it")
	}
	order = binary.LittleEndian
	if d[1] == ">" {
		order = binary.BigEndian
	}
	kind = d[2][0]
	size, err := strconv.Atoi(d[3])
	if kind == 'U' {
		size *= 4
	}
	if err != nil || !numpySize(kind, size) {
		return bad("has elements of a size that is not read")
	}
	for field := range strings.SplitSeq(s[1], ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue
		}
		n, err := strconv.Atoi(field)
		if err != nil {
			return bad("has a shape that is not read")
		}
		shape = append(shape, n)
	}
	return kind, size, order, shape, nil
}

// numpySize tells whether elements of a kind may have so many bytes.
func numpySize(kind byte, size int) bool {
	switch kind {
	case 'f':
		return size == 4 || size == 8
	case 'i', 'u':
		return size == 1 || size == 2 || size == 4 || size == 8
	case 'b':
		return size == 1
	}
	const longest = 4 << 10
	return size > 0 && size <= longest
}

func numpyNumber(element string, kind byte, order binary.ByteOrder) float64 {
	var bits uint64
	switch b := []byte(element); len(b) {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(order.Uint16(b))
	case 4:
		bits = uint64(order.Uint32(b))
	case 8:
		bits = order.Uint64(b)
	}
	switch {
	case kind == 'f' && len(element) == 4:
		return float64(math.Float32frombits(uint32(bits)))
	case kind == 'f':
		return math.Float64frombits(bits)
	case kind == 'i':
		unused := 64 - 8*len(element)
		return float64(int64(bits<<unused) >> unused)
	}
	return float64(bits)
}

// numpyText returns a string of four bytes a character, padded with zeros.
func numpyText(element string, order binary.ByteOrder) (string, *Error) {
	var text strings.Builder
	for i := 0; i < len(element); i += 4 {
		c := order.Uint32([]byte(element[i : i+4]))
		if c == 0 {
			break
		}
		if c > 0x10ffff {
			return "", &Error{Problem: fmt.Sprintf("a string of the array holds %#x, which is no character", c)}
		}
		text.WriteRune(rune(c))
	}
	return text.String(), nil
}
