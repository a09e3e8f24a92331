package format

import (
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A numpyArray is what a .npy file holds. Its elements stay as the file has them, and become
// numbers where they are needed.
type numpyArray struct {
	shape   []int
	fortran bool   // whether the first index changes fastest
	kind    byte   // f, i, u, b, U or S
	size    int    // bytes of an element
	body    string // the elements
	big     bool   // whether the highest byte comes first
}

// numpyMagic begins every .npy file. Two bytes of version follow, then the length of the
// header, in two bytes or, from version 2 on, four, the header, and the elements.
const numpyMagic = "\x93NUMPY"

// parseNumPy reads a .npy file of numbers, booleans or strings of Unicode or of bytes, in the order
// of C or of Fortran.
func parseNumPy(content string) (*numpyArray, *Error) {
	header, body, problem := numpyHeader(content)
	if problem != nil {
		return nil, problem
	}
	a, problem := describedArray(header)
	if problem != nil {
		return nil, problem
	}
	n := 1
	for _, d := range a.shape {
		if d < 0 || d > 0 && n > len(body)/d {
			return nil, &Error{Problem: fmt.Sprintf("the array's shape is %v, but it has %d bytes", a.shape, len(body))}
		}
		n *= d
	}
	if n*a.size != len(body) {
		return nil, &Error{Problem: fmt.Sprintf("the array's shape is %v of %d bytes each, but it has %d bytes", a.shape, a.size, len(body))}
	}
	a.body = body
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
	version, n := rest[0], uint32(0)
	if rest = rest[2:]; version == 1 {
		n, rest = uint32(binary.LittleEndian.Uint16([]byte(rest[:2]))), rest[2:]
	} else {
		n, rest = binary.LittleEndian.Uint32([]byte(rest[:4])), rest[4:]
	}
	if uint64(n) > uint64(len(rest)) {
		return "", "", cut
	}
	return rest[:n], rest[n:], nil
}

var (
	numpyDescription = regexp.MustCompile(`'descr':\s*'([<>|=])([fiubUS])(\d+)'`)
	numpyFortran     = regexp.MustCompile(`'fortran_order':\s*True`)
	numpyShape       = regexp.MustCompile(`'shape':\s*\(([^)]*)\)`)
)

// describedArray reads a header, such as
//
//	{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
func describedArray(header string) (*numpyArray, *Error) {
	bad := func(why string) (*numpyArray, *Error) {
		return nil, &Error{What: "header", Value: strings.TrimSpace(header), Problem: why}
	}
	d, s := numpyDescription.FindStringSubmatch(header), numpyShape.FindStringSubmatch(header)
	if d == nil || s == nil {
		return bad("is not that of an array of numbers, booleans or strings")
	}
	a := &numpyArray{fortran: numpyFortran.MatchString(header), kind: d[2][0], big: d[1] == ">"}
	var err error
	a.size, err = strconv.Atoi(d[3])
	if a.kind == 'U' && a.size < 1<<20 {
		a.size *= 4
	}
	if err != nil || !numpySize(a.kind, a.size) {
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
		a.shape = append(a.shape, n)
	}
	return a, nil
}

// numpySize tells whether elements of a kind may have so many bytes.
func numpySize(kind byte, size int) bool {
	switch kind {
	case 'f':
		return size == 2 || size == 4 || size == 8
	case 'i', 'u':
		return size == 1 || size == 2 || size == 4 || size == 8
	case 'b':
		return size == 1
	}
	const longest = 4 << 10
	return size > 0 && size <= longest
}

func (a *numpyArray) isNumbers() bool { return a.kind != 'U' && a.kind != 'S' }

// isVector tells whether the array has n elements in one dimension, others being of size 1.
func (a *numpyArray) isVector(n int) bool {
	return len(a.shape) > 0 && a.shape[0] == n && (len(a.shape) == 1 || len(a.shape) == 2 && a.shape[1] == 1)
}

// element returns the bytes of element i in the order of C.
func (a *numpyArray) element(i int) string {
	if a.fortran {
		at, stride := 0, 1
		strides := make([]int, len(a.shape))
		for d, n := range a.shape {
			strides[d], stride = stride, stride*n
		}
		for d := len(a.shape) - 1; d >= 0; d-- {
			at += i % a.shape[d] * strides[d]
			i /= a.shape[d]
		}
		i = at
	}
	return a.body[i*a.size : (i+1)*a.size]
}

// number returns element i in the order of C.
func (a *numpyArray) number(i int) float64 {
	element := a.element(i)
	bits := uint64(0)
	for j := range len(element) {
		if a.big {
			bits = bits<<8 | uint64(element[j])
		} else {
			bits |= uint64(element[j]) << (8 * j)
		}
	}
	switch {
	case a.kind == 'f' && len(element) == 2:
		return half(uint16(bits))
	case a.kind == 'f' && len(element) == 4:
		return float64(math.Float32frombits(uint32(bits)))
	case a.kind == 'f':
		return math.Float64frombits(bits)
	case a.kind == 'i':
		unused := 64 - 8*len(element)
		return float64(int64(bits<<unused) >> unused)
	}
	return float64(bits)
}

// half returns the number of a float of 16 bits (IEEE 754 binary16): a sign, five bits of exponent
// and ten of fraction.
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	var x float64
	switch exponent {
	case 0:
		x = math.Ldexp(fraction, -24)
	case 0x1f:
		if x = math.Inf(1); fraction != 0 {
			x = math.NaN()
		}
	default:
		x = math.Ldexp(1024+fraction, exponent-25)
	}
	if bits&0x8000 != 0 {
		return -x
	}
	return x
}

// string returns element i of strings, which are padded with zeros: four bytes a character of
// Unicode, or UTF-8.
func (a *numpyArray) string(i int) (string, *Error) {
	element := a.element(i)
	if a.kind == 'S' {
		text := strings.TrimRight(element, "\x00")
		if !utf8.ValidString(text) {
			return "", &Error{Problem: fmt.Sprintf("a string of the array, %q, is not UTF-8", text)}
		}
		return strings.Clone(text), nil
	}
	var text strings.Builder
	var order binary.ByteOrder = binary.LittleEndian
	if a.big {
		order = binary.BigEndian
	}
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
