// Roofline measures how close the products of a recurrent cell with four gates come to what
// one core of the machine allows, for many hidden sizes H and batch sizes B: the time of a
// product on operands that are used over and over, beside the least time that the peak of
// multiply-adds and the speed of the level of memory that holds its right operand leave, both
// measured in the same process. It prints a table and the shapes under a floor, or CSV:
//
//	go run ./graph/internal/kernel/roofline > benchmarks/results/DATE-roofline.md
//	go run ./graph/internal/kernel/roofline -csv -H 1-40,128 -B 1,20
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// The sizes by default: all small ones, the borders of panels, and those of other programs.
const (
	defaultH = "1-40,48,56,63-66,80,96,100,112,127-129,160,192,200,208,255-257,300,320,384,400,448,512,513,576,600,640,650,700"
	defaultB = "1-5,7,8,12,15,16,20,31-33,48,50,63,64"
)

// A config is what the command line says.
type config struct {
	h, b, operands []int
	kinds          []Kind
	caches         []int
	floor          float64
	csv            bool
}

func main() {
	c, err := parse(os.Args[1:])
	if err == nil {
		err = run(c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "roofline:", err)
		os.Exit(1)
	}
}

func parse(args []string) (c config, err error) {
	flags := flag.NewFlagSet("roofline", flag.ExitOnError)
	h := flags.String("H", defaultH, "hidden sizes")
	b := flags.String("B", defaultB, "batch sizes")
	operands := flags.String("operands", "4,1", "right operands for the gates: 4, one for each, or 1 for all")
	kind := flags.String("kind", "", "a kind of product alone: "+join(kinds))
	caches := flags.String("caches", "", "bytes of the caches of a core, such as 32K,1M,32M; as Linux tells if empty")
	path := flags.String("path", kernel.Active().String(), "instructions: avx2 or avx512")
	flags.Float64Var(&c.floor, "floor", 0.4, "shares of the roof below this are listed")
	flags.BoolVar(&c.csv, "csv", false, "print every shape as CSV")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	for _, list := range []struct {
		text string
		to   *[]int
	}{{*h, &c.h}, {*b, &c.b}, {*operands, &c.operands}} {
		if *list.to, err = numbers(list.text); err != nil {
			return c, err
		}
	}
	for _, n := range c.operands {
		if n != 1 && n != gates {
			return c, fmt.Errorf("%d operands for %d gates, want 1 or %d", n, gates, gates)
		}
	}
	if c.kinds = kinds; *kind != "" {
		c.kinds = []Kind{Kind(*kind)}
		if !slices.Contains(kinds, Kind(*kind)) {
			return c, fmt.Errorf("no kind %q, want one of %s", *kind, join(kinds))
		}
	}
	if c.caches, err = parseCaches(*caches); err != nil {
		return c, err
	}
	return c, usePath(*path)
}

func parseCaches(text string) ([]int, error) {
	if text == "" {
		return cacheSizes("/sys/devices/system/cpu/cpu0/cache")
	}
	var sizes []int
	for _, field := range strings.Split(text, ",") {
		size, err := parseSize(field)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}

func usePath(name string) error {
	for _, p := range []kernel.Path{kernel.AVX2, kernel.AVX512} {
		if p.String() == name {
			return kernel.Use(p)
		}
	}
	return fmt.Errorf("no path %q to measure, want avx2 or avx512", name)
}

// numbers returns the numbers of a list such as 1-4,8.
func numbers(list string) ([]int, error) {
	var all []int
	for _, field := range strings.Split(list, ",") {
		first, last, isRange := strings.Cut(field, "-")
		if !isRange {
			last = first
		}
		lo, err := strconv.Atoi(first)
		hi, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || lo < 1 || hi < lo {
			return nil, fmt.Errorf("%q in %q, want positive numbers or ranges, such as 1-4,8", field, list)
		}
		for n := lo; n <= hi; n++ {
			all = append(all, n)
		}
	}
	return all, nil
}

// What stays under the suspect share of its roof with calls is measured again, so many times:
// another program may have disturbed it.
const (
	suspect = 0.75
	retries = 3
)

func run(c config) error {
	m := NewMachine(c.caches)
	var results []Result
	for _, kind := range c.kinds {
		for _, operands := range c.operands {
			for _, h := range c.h {
				for _, b := range c.b {
					s := Shape{kind, operands, h, b}
					results = append(results, Result{Shape: s, NS: fastest(s.product())})
				}
				m.again()
			}
		}
	}
	for range retries { // now that the peak is known
		for i := range results {
			r := &results[i]
			r.RoofNS, r.RoofCalls = r.roof(m)
			if r.shareCalls() < suspect {
				r.NS = min(r.NS, fastest(r.product()))
			}
		}
	}
	if c.csv {
		return writeCSV(os.Stdout, results)
	}
	return writeMarkdown(os.Stdout, m, c, results)
}
