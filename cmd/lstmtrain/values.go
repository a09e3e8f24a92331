package main

import (
	"encoding"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/spf13/pflag"
)

// A value is the value of a flag, which says what it accepts when it is handed
// something else.
type value[T any] struct {
	into  *T
	kind  string // what stands for the value in a help text
	want  string // what is accepted
	parse func(string) (v T, ok bool)
}

var _ pflag.Value = value[int]{}

func (v value[T]) String() string { return fmt.Sprint(*v.into) }
func (v value[T]) Type() string   { return v.kind }

func (v value[T]) Set(s string) error {
	parsed, ok := v.parse(s)
	if !ok {
		return errors.New("want " + v.want)
	}
	*v.into = parsed
	return nil
}

// oneOf accepts some words, which a help text shows if they are few.
func oneOf[S ~string](into *S, words ...S) pflag.Value {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	kind := strings.Join(names, "|")
	if len(kind) > 40 {
		kind = "NAME"
	}
	return value[S]{into, kind, "one of " + strings.Join(names, ", "), func(s string) (S, bool) {
		return S(s), slices.Contains(words, S(s))
	}}
}

// wholeFrom accepts whole numbers that are not below least.
func wholeFrom(least int, into *int) pflag.Value {
	return value[int]{into, "N", fmt.Sprintf("a whole number, %d or more", least), func(s string) (int, bool) {
		n, err := strconv.Atoi(s)
		return n, err == nil && n >= least
	}}
}

// number accepts finite numbers for which in is true.
func number(into *float64, want string, in func(float64) bool) pflag.Value {
	return value[float64]{into, "X", want, func(s string) (float64, bool) {
		x, err := strconv.ParseFloat(s, 64)
		return x, err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) && in(x)
	}}
}

func positive(into *float64) pflag.Value {
	return number(into, "a number above 0", func(x float64) bool { return x > 0 })
}

func notNegative(into *float64) pflag.Value {
	return number(into, "a number, 0 or more", func(x float64) bool { return x >= 0 })
}

func anyNumber(into *float64) pflag.Value {
	return number(into, "a number", func(float64) bool { return true })
}

func belowOne(into *float64) pflag.Value {
	return number(into, "a number from 0 to below 1", func(x float64) bool { return x >= 0 && x < 1 })
}

func share(into *float64) pflag.Value {
	return number(into, "a number from 0 to 1", func(x float64) bool { return x >= 0 && x <= 1 })
}

// backward is how many steps gradients flow back through; 0 stands for all.
type backward int

func (b backward) String() string {
	if b == 0 {
		return "full"
	}
	return strconv.Itoa(int(b))
}

// fullOr accepts full and whole numbers above 0.
func fullOr(into *backward) pflag.Value {
	return value[backward]{into, "full|N", "full, or a whole number, 1 or more", func(s string) (backward, bool) {
		n, err := strconv.Atoi(s)
		return backward(n), s == "full" || err == nil && n >= 1
	}}
}

// A textual value is read and written as text.
type textual interface {
	fmt.Stringer
	encoding.TextUnmarshaler
}

// textFlag is the flag of a value that knows what it accepts.
type textFlag struct {
	textual
	kind string
}

var _ pflag.Value = textFlag{}

func (f textFlag) Set(s string) error { return f.UnmarshalText([]byte(s)) }
func (f textFlag) Type() string       { return f.kind }

// wordList is a list of words, written with commas between them.
type wordList []string

func (w wordList) String() string { return strings.Join(w, ",") }

// someOf accepts some of the given words, with commas between them.
func someOf(into *[]string, known ...string) pflag.Value {
	want := fmt.Sprintf("one or more of %s, with commas between them", strings.Join(known, ", "))
	return value[wordList]{(*wordList)(into), strings.Join(known, ","), want, func(s string) (wordList, bool) {
		given := wordList(strings.Split(s, ","))
		for i, word := range given {
			if !slices.Contains(known, word) || slices.Contains(given[:i], word) {
				return nil, false
			}
		}
		return given, true
	}}
}
