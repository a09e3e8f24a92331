package data_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// Catches a target that is lost, counted twice or paired with the wrong input, a row
// that does not go on where it stopped, state reset in the middle, and tokens in
// padding.
func TestStreamCountsEveryTargetOnce(t *testing.T) {
	for _, n := range []int{2, 3, 7, 8, 9, 31, 64, 100} {
		for rows := 1; rows < n && rows <= 12; rows++ {
			for _, steps := range []int{1, 2, 3, 5, 8, 200} {
				checkStream(t, n, rows, steps)
			}
		}
	}
}

// checkStream runs a pass over the tokens 1 to n, in which the target k+1 has the
// input k and padding is 0.
func checkStream(t *testing.T, n, rows, steps int) {
	t.Helper()
	s := formattest.Must(data.NewStream(numbers(n), rows, steps))
	var b data.Batch
	counted := make([]int, n+2)
	last := make([]int, rows) // the last target of each row
	for i := range s.Begin(nil) {
		s.Batch(i, &b)
		if b.Steps != steps || b.Rows != rows || b.Reset != (i == 0) || len(b.Examples) != 0 {
			t.Fatalf("n=%d B=%d T=%d: batch %d is %+v", n, rows, steps, i, b)
		}
		running := 0
		for at, weight := range b.Weights {
			r, runs := at%rows, at/rows < b.Lengths[at%rows]
			if runs != (weight == 1) || weight != b.Mask[at] {
				t.Fatalf("n=%d B=%d T=%d: weight %g, mask %g, length %d", n, rows, steps, weight, b.Mask[at], b.Lengths[r])
			}
			input, target := b.Inputs[at], b.Targets[at]
			if !runs {
				if input != 0 || target != 0 || weight != 0 {
					t.Fatalf("n=%d B=%d T=%d: %d and %d in padding", n, rows, steps, input, target)
				}
				continue
			}
			running++
			counted[target]++
			if target != input+1 || last[r] != 0 && target != last[r]+1 {
				t.Fatalf("n=%d B=%d T=%d: target %d of input %d after %d", n, rows, steps, target, input, last[r])
			}
			last[r] = target
		}
		if running == 0 {
			t.Fatalf("n=%d B=%d T=%d: batch %d is all padding", n, rows, steps, i)
		}
	}
	for token := 2; token <= n; token++ {
		if counted[token] != 1 {
			t.Fatalf("n=%d B=%d T=%d: target %d counts %d times", n, rows, steps, token, counted[token])
		}
	}
}

// Catches a batch that depends on what was in b before, or on earlier batches.
func TestStreamBatchInAnyOrder(t *testing.T) {
	s := formattest.Must(data.NewStream(numbers(30), 4, 3))
	var used data.Batch
	formattest.Must(data.NewSequences([][]int{numbers(50)}, []int{9}, 3, 50)).Batch(0, &used)
	for i := s.Begin(nil) - 1; i >= 0; i-- {
		var fresh data.Batch
		s.Batch(i, &fresh)
		s.Batch(i, &used)
		if fmt.Sprint(used) != fmt.Sprint(fresh) {
			t.Errorf("batch %d:\ngot  %v\nwant %v", i, used, fresh)
		}
	}
}

// Catches batches that allocate at every step.
func TestBatchReusesMemory(t *testing.T) {
	stream := formattest.Must(data.NewStream(numbers(1000), 4, 10))
	sequences := formattest.Must(data.NewSequences([][]int{numbers(5), numbers(20)}, []int{0, 1}, 4, 20))
	for _, s := range []data.Source[data.Batch]{stream, sequences} {
		var b data.Batch
		s.Batch(1, &b)
		if n := testing.AllocsPerRun(10, func() { s.Batch(0, &b) }); n != 0 {
			t.Errorf("%s: %g allocations", reflect.TypeOf(s), n)
		}
	}
}

// Catches a text too short for its batch that fails later, or trains on nothing.
func TestStreamTooShort(t *testing.T) {
	for _, c := range []struct {
		n, rows int
		text    string
	}{
		{0, 1, "0 tokens, but a batch of 1 rows needs at least 2; lower the batch size"},
		{1, 1, "1 tokens, but a batch of 1 rows needs at least 2"},
		{50, 50, "50 tokens, but a batch of 50 rows needs at least 51"},
	} {
		_, err := data.NewStream(numbers(c.n), c.rows, 10)
		formattest.Complaint{File: ".", Texts: []string{c.text}}.Expect(t, err)
	}
	for _, size := range [][2]int{{0, 1}, {1, 0}, {-1, 1}, {1, -1}} {
		_, err := data.NewStream(numbers(100), size[0], size[1])
		formattest.ExpectUsage(t, err, "at least 1")
	}
}

// Catches a batch beyond the pass that is all padding.
func TestBatchOutOfRangePanics(t *testing.T) {
	sequences := formattest.Must(data.NewSequences([][]int{{1}}, nil, 1, 8))
	for _, s := range []data.Source[data.Batch]{formattest.Must(data.NewStream(numbers(10), 1, 3)), sequences} {
		for _, i := range []int{-1, s.Begin(nil)} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: batch %d does not panic", reflect.TypeOf(s), i)
					}
				}()
				s.Batch(i, new(data.Batch))
			}()
		}
	}
}

func ExampleStream() {
	// Seven targets in two rows: three for the first, four for the second.
	s, err := data.NewStream([]int{10, 11, 12, 13, 14, 15, 16, 17}, 2, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	var b data.Batch
	for i := range s.Begin(nil) {
		s.Batch(i, &b)
		fmt.Println("batch", i, "reset", b.Reset)
		for t := range b.Steps {
			row := func(x []int) []int { return x[t*b.Rows : (t+1)*b.Rows] }
			fmt.Println(row(b.Inputs), "->", row(b.Targets), b.Weights[t*b.Rows:(t+1)*b.Rows])
		}
	}
	// Output:
	// batch 0 reset true
	// [10 13] -> [11 14] [1 1]
	// [11 14] -> [12 15] [1 1]
	// [12 15] -> [13 16] [1 1]
	// batch 1 reset false
	// [0 16] -> [0 17] [0 1]
	// [0 0] -> [0 0] [0 0]
	// [0 0] -> [0 0] [0 0]
}
