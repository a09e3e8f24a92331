package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// machine is one whose speeds make round numbers: an operation takes 0.01 ns, a byte 0.01 ns from L1,
// 0.1 ns from L2, 1 ns from memory, a call 50 ns.
var machine = &Machine{
	GFLOPS: 100,
	Levels: []Level{{"L1", 1 << 10, 100}, {"L2", 1 << 20, 10}, {"DRAM", 0, 1}},
	CallNS: 50,
}

// TestRoof catches an operand that is left out or counted twice, a level that is too near, and
// a limit that is not the larger of the two.
func TestRoof(t *testing.T) {
	for _, c := range []struct {
		shape               Shape
		flops, right, bytes int
		roof, calls         float64
	}{
		// U: 4·2·2 numbers, h: 3·2, z read and written: 2·3·8. By operations 0.96 ns, by bytes 2.8.
		{Shape{Forward, 4, 2, 3}, 2 * 3 * 2 * 8, 64, 4 * (16 + 6 + 48), 2.8, 202.8},
		{Shape{Forward, 1, 2, 3}, 2 * 3 * 2 * 8, 64, 4 * (16 + 6 + 48), 2.8, 52.8},
		// U: 4·16·16 numbers are in L2. By operations 1,310.72 ns.
		{Shape{Backward, 4, 16, 64}, 2 * 64 * 64 * 16, 4096, 4 * (1024 + 64*64 + 64*16), 2457.6, 2657.6},
		{Shape{Backward, 1, 16, 640}, 2 * 640 * 64 * 16, 4096, 4 * (1024 + 640*64 + 640*16), 20889.6, 20939.6},
		// dz: 20·2·4·3 numbers, h: 20·2·3, the gradient once. One call for all operands.
		{Shape{Weights, 4, 3, 2}, 2 * 40 * 3 * 12, 1920, 4 * (480 + 120 + 36), 254.4, 304.4},
		// U: 4·600·600 numbers are in memory. By operations 14,400 ns a row.
		{Shape{Forward, 1, 600, 1}, 2 * 600 * 2400, 5760000, 4 * (1440000 + 600 + 4800), 5781600, 5781650},
		// And where operations count.
		{Shape{Weights, 1, 8, 1}, 2 * 20 * 8 * 32, 2560, 4 * (640 + 160 + 256), 422.4, 472.4},
	} {
		right, all := c.shape.bytes()
		if c.shape.flops() != c.flops || right != c.right || all != c.bytes {
			t.Errorf("%+v: %d operations, %d and %d bytes, want %d, %d and %d",
				c.shape, c.shape.flops(), right, all, c.flops, c.right, c.bytes)
		}
		roof, calls := c.shape.roof(machine)
		if math.Abs(roof-c.roof) > 1e-9*c.roof || math.Abs(calls-c.calls) > 1e-9*c.calls {
			t.Errorf("%+v: at least %v ns and %v, want %v and %v", c.shape, roof, calls, c.roof, c.calls)
		}
	}
	slow := *machine
	slow.GFLOPS = 1
	if roof, _ := (Shape{Forward, 4, 2, 3}).roof(&slow); roof != 96 {
		t.Errorf("at 1 operation a ns: at least %v ns, want 96", roof)
	}
}

// TestSummary catches a share that is upside down, a floor that counts what is on it, and
// the worst result of the wrong column.
func TestSummary(t *testing.T) {
	results := []Result{
		{Shape{Forward, 1, 10, 1}, 100, 50, 100},
		{Shape{Forward, 1, 20, 2}, 100, 40, 41},
		{Shape{Forward, 1, 5, 3}, 100, 10, 90},
		{Shape{Forward, 1, 8, 4}, 100, 20, 30},
	}
	s := summarize(results, 0.4)
	if s.Shapes != 4 || s.Under != 2 || s.UnderCalls != 1 || s.LargestH != 8 || s.HOfCalls != 8 || math.Abs(s.Median-0.3) > 1e-12 {
		t.Errorf("summary %+v", s)
	}
	if s.Least.H != 5 || s.LeastCalls.H != 8 {
		t.Errorf("least is H=%d, with calls H=%d, want 5 and 8", s.Least.H, s.LeastCalls.H)
	}
}

// TestProducts catches a product of another shape than the one that is counted: the kernel
// would panic, or the time would be another's.
func TestProducts(t *testing.T) {
	for _, kind := range kinds {
		for _, operands := range []int{1, gates} {
			Shape{kind, operands, 5, 3}.product()()
		}
	}
	h, u, z := random(2, 3), pack(1, 3, 4), []matrix{{Data: make([]float32, 8), Rows: 2, Cols: 4}}
	f := forward(z, h, u)
	f()
	once := slices.Clone(z[0].Data)
	f()
	for i, x := range z[0].Data {
		if once[i] == 0 || math.Abs(float64(x-2*once[i])) > 1e-6*math.Abs(float64(x)) {
			t.Errorf("number %d is %v after one product and %v after two", i, once[i], x)
		}
	}
	dh := matrix{Data: make([]float32, 6), Rows: 2, Cols: 3}
	back := backward(dh, []matrix{z[0], z[0]}, pack(2, 4, 3))
	back()
	both := slices.Clone(dh.Data)
	back()
	if !slices.Equal(both, dh.Data) {
		t.Errorf("a product from zero gives %v, then %v", both, dh.Data)
	}
}

// TestFlags catches a list that loses a number, and a mistake that is accepted.
func TestFlags(t *testing.T) {
	got, err := numbers("1-3,7,10-11")
	if want := []int{1, 2, 3, 7, 10, 11}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	sizes, err := parseCaches("512,32K,1M")
	if want := []int{512, 32 << 10, 1 << 20}; err != nil || !slices.Equal(sizes, want) {
		t.Errorf("got %v, %v, want %v", sizes, err, want)
	}
	for _, args := range [][]string{
		{"-H", "0"}, {"-B", "3-1"}, {"-H", "x"}, {"-operands", "2"}, {"-kind", "x"}, {"-kind", "h"}, {"-caches", "32G"}, {"-caches", "K"}, {"-path", "portable"},
	} {
		if _, err := parse(append([]string{"-caches", "1K"}, args...)); err == nil {
			t.Errorf("%v accepted", args)
		}
	}
}

// TestCacheSizes catches a cache of instructions that counts as one of data.
func TestCacheSizes(t *testing.T) {
	folder := t.TempDir()
	for index, files := range []map[string]string{
		{"type": "Data\n", "size": "48K\n"}, {"type": "Instruction\n", "size": "32K\n"}, {"type": "Unified\n", "size": "2M\n"},
	} {
		at := filepath.Join(folder, "index"+string(rune('0'+index)))
		if err := os.Mkdir(at, 0o777); err != nil {
			t.Fatal(err)
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(at, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	sizes, err := cacheSizes(folder)
	if want := []int{48 << 10, 2 << 20}; err != nil || !slices.Equal(sizes, want) {
		t.Errorf("got %v, %v, want %v", sizes, err, want)
	}
	if _, err := cacheSizes(t.TempDir()); err == nil || !strings.Contains(err.Error(), "-caches") {
		t.Errorf("no caches: %v", err)
	}
}

// TestReport catches a table or a list with a shape in the wrong place.
func TestReport(t *testing.T) {
	c := config{h: []int{5, 10}, b: []int{1, 2}, operands: []int{1}, kinds: []Kind{Forward}, floor: 0.4}
	results := []Result{
		{Shape{Forward, 1, 5, 1}, 100, 10, 30}, {Shape{Forward, 1, 5, 2}, 100, 20, 50},
		{Shape{Forward, 1, 10, 1}, 200, 100, 100}, {Shape{Forward, 1, 10, 2}, 100, 100, 100},
	}
	var text bytes.Buffer
	if err := writeMarkdown(&text, machine, c, results); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| H \\ B | 1 | 2 |\n|---|---|---|\n| 5 | 10/30 | 20/50 |\n| 10 | 50 | 100 |\n",
		"Under 40 %:\n- H=5: B=1,2\n", "Under with calls 40 %:\n- H=5: B=1\n", "Under 40 %: 2, with calls 1;", "L2 10.0 GB/s.",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in:\n%s", want, &text)
		}
	}
	text.Reset()
	if err := writeCSV(&text, results[2:3]); err != nil || !strings.HasSuffix(text.String(), "\nh·U,1,10,1,200.0,4.00,8.00,0.500,0.500\n") {
		t.Errorf("%v, CSV:\n%s", err, &text)
	}
}

// TestMachine catches a speed that is not measured.
func TestMachine(t *testing.T) {
	if kernel.Active() == kernel.Portable {
		t.Skip("there are no vector instructions to measure")
	}
	m := NewMachine([]int{16 << 10, 256 << 10})
	if m.GFLOPS <= 0 || m.CallNS <= 0 || len(m.Levels) != 3 || m.Levels[2].Bytes != 0 {
		t.Errorf("machine %+v", m)
	}
	for _, l := range m.Levels {
		if l.GBPS <= 0 {
			t.Errorf("level %+v", l)
		}
	}
}
