package main

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/data"
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

// shares are the parts that data are split into, written as 0.9,0.05,0.05.
type shares data.Fractions

func (s shares) String() string {
	return fmt.Sprintf("%g,%g,%g", s.Train, s.Valid, s.Test)
}

// MarshalText is String, for config.json.
func (s shares) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *shares) UnmarshalText(text []byte) error {
	parsed, ok := parseShares(string(text))
	if !ok {
		return errors.Errorf("%q, want %s", text, wantShares)
	}
	*s = parsed
	return nil
}

// threeShares accepts three shares of which the first is not nothing.
func threeShares(into *shares) pflag.Value {
	return value[shares]{into, "X,X,X", wantShares, parseShares}
}

const wantShares = "three shares for training, validation and test, such as 0.9,0.05,0.05, whose sum is 1 and the first above 0"

func parseShares(s string) (shares, bool) {
	var x []float64
	for field := range strings.SplitSeq(s, ",") {
		share, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
		if err != nil || !(share >= 0) {
			return shares{}, false
		}
		x = append(x, share)
	}
	if len(x) != 3 || x[0] == 0 || !(math.Abs(x[0]+x[1]+x[2]-1) <= 1e-9) {
		return shares{}, false
	}
	return shares{x[0], x[1], x[2]}, true
}

// A pattern is a regular expression.
type pattern struct{ *regexp.Regexp }

var _ pflag.Value = (*pattern)(nil)

func (p pattern) String() string {
	if p.Regexp == nil {
		return ""
	}
	return p.Regexp.String()
}

func (p pattern) Type() string { return "REGEXP" }

// Set takes a regular expression with a group.
func (p *pattern) Set(s string) error {
	r, err := regexp.Compile(s)
	if err != nil || r.NumSubexp() < 1 {
		return errors.New("want a regular expression with a group in parentheses")
	}
	p.Regexp = r
	return nil
}

// IsZero tells whether there is none, so that config.json leaves it out.
func (p pattern) IsZero() bool { return p.Regexp == nil }

// MarshalText is String, for config.json.
func (p pattern) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is Set, for config.json.
func (p *pattern) UnmarshalText(text []byte) error { return p.Set(string(text)) }
