package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A Level is a level of memory as one core sees it.
type Level struct {
	Name  string
	Bytes int     // how much it holds; unlimited if zero
	GBPS  float64 // how fast it is read, in 10⁹ bytes a second
}

// A Machine is what one core can do at best.
type Machine struct {
	GFLOPS float64 // float32 fused multiply-adds, in 10⁹ operations a second
	Levels []Level // the fastest first, the last one unlimited
	CallNS float64 // a product of one number by one number
}

// level returns the fastest level that holds so many bytes.
func (m *Machine) level(bytes int) Level {
	for _, l := range m.Levels {
		if l.Bytes == 0 || bytes <= l.Bytes {
			return l
		}
	}
	return m.Levels[len(m.Levels)-1]
}

// NewMachine measures the core it runs on. caches are the sizes of the levels of cache in
// bytes, the smallest first.
func NewMachine(caches []int) *Machine {
	m := &Machine{GFLOPS: kernel.PeakGFLOPS()}
	for i, bytes := range caches {
		l := Level{Name: fmt.Sprintf("L%d", i+1), Bytes: bytes}
		l.GBPS = readSpeed(bytes / 4) // a part of it, to be sure to fit
		m.Levels = append(m.Levels, l)
	}
	last := caches[len(caches)-1]
	m.Levels = append(m.Levels, Level{Name: "DRAM", GBPS: readSpeed(8 * last)})
	m.CallNS = fastest(smallestCall())
	return m
}

// readSpeed returns how fast that many bytes are read over and over.
func readSpeed(bytes int) float64 {
	x := make([]float32, bytes/4)
	kernel.Fill(x, 1) // or all of its pages would be the one page of zeros
	return kernel.ReadGBPS(x)
}

// again measures the peak and the call once more and keeps the better ones: the clock of a
// core is not the same all the time, and other programs disturb.
func (m *Machine) again() {
	m.GFLOPS = max(m.GFLOPS, kernel.PeakGFLOPS())
	m.CallNS = min(m.CallNS, fastest(smallestCall()))
}

// cacheSizes reads the sizes of the first processor's data caches from the folder where
// Linux tells them, such as /sys/devices/system/cpu/cpu0/cache.
func cacheSizes(folder string) ([]int, error) {
	indexes, err := filepath.Glob(filepath.Join(folder, "index*"))
	if err != nil {
		return nil, err
	}
	var sizes []int
	for _, index := range indexes { // in the order of levels
		kind, err := os.ReadFile(filepath.Join(index, "type"))
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(string(kind)) == "Instruction" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(index, "size"))
		if err != nil {
			return nil, err
		}
		size, err := parseSize(strings.TrimSpace(string(text)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(index, "size"), err)
		}
		sizes = append(sizes, size)
	}
	if len(sizes) == 0 {
		return nil, fmt.Errorf("no caches in %s; give their sizes with -caches", folder)
	}
	return sizes, nil
}

// parseSize returns the bytes of a size such as 48, 32K or 1M.
func parseSize(text string) (int, error) {
	digits := strings.TrimRight(text, "KM")
	unit, known := map[string]int{"": 1, "K": 1 << 10, "M": 1 << 20}[text[len(digits):]]
	n, err := strconv.Atoi(digits)
	if err != nil || !known || n < 1 {
		return 0, fmt.Errorf("size %q, want a whole number with K or M behind it, such as 32K", text)
	}
	return n * unit, nil
}
