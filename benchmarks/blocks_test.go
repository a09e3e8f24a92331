package benchmarks

import (
	"math"
	"strings"
	"testing"
)

// Blocks train as one graph does: the same losses, step after step, to rounding. Would catch
// other weights or batches, a share of the loss that is wrong, and a solver that is not told.
func TestBlocksTrainAsAStep(t *testing.T) {
	plain := run(t, compiled(t, tiny, Config{}), 5)
	blocks, err := NewBlocks(tiny, 2, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer blocks.Close()
	for i, want := range plain {
		if err := blocks.Step(); err != nil {
			t.Fatal(err)
		}
		if got := blocks.Loss(); math.Abs(got-want) > 1e-5 {
			t.Errorf("step %d: the loss is %g in blocks and %g in one graph", i+1, got, want)
		}
	}
	if times, err := blocks.Time(3); err != nil || len(times) != 3 || times[2] <= 0 {
		t.Errorf("times %v, error %v", times, err)
	}
}

// A long sequence takes less memory in blocks, and more than nothing.
func TestBlocksMemory(t *testing.T) {
	w := tiny
	w.Steps, w.Layers = 60, 1
	whole, err := UnrolledMemory(w, Config{})
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := BlocksMemory(w, 3, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if blocks <= 0 || blocks > whole/2 {
		t.Errorf("%d bytes in blocks, %d in one graph", blocks, whole)
	}
}

// What cannot run in blocks is named.
func TestNewBlocksRefuses(t *testing.T) {
	last, real := tiny, tiny
	last.EveryStep, real.Vocabulary = false, 0
	for _, w := range []Workload{last, real} {
		if _, err := NewBlocks(w, 2, Config{}); err == nil || !strings.Contains(err.Error(), "want tokens") {
			t.Errorf("error %v for %+v", err, w)
		}
	}
	if _, err := NewBlocks(tiny, 0, Config{}); err == nil {
		t.Error("no error for blocks of 0 steps")
	}
	if _, err := NewBlocks(tiny, 2, Config{Cell: "none"}); err == nil {
		t.Error("no error for an unknown cell")
	}
}
