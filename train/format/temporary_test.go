package format

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// keepFew makes tables keep few numbers in memory, and temporary files go to a folder.
func keepFew(t *testing.T, numbers int, folder string) {
	t.Helper()
	before := inMemory
	inMemory = numbers
	t.Cleanup(func() { inMemory = before })
	t.Setenv("TMPDIR", folder)
}

// rowsOf returns a CSV file of random numbers in two columns.
func rowsOf(rows int) string {
	rng := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	b.WriteString("a,b\n")
	for range rows {
		fmt.Fprintf(&b, "%v,%v\n", rng.NormFloat64(), rng.NormFloat64())
	}
	return b.String()
}

// A table is the same whether its numbers are in memory, in a temporary file or cross from
// one to the other within a row. Would catch numbers that are lost at the edge or written in
// another order of bytes, and a file that is left.
func TestTableInATemporaryFile(t *testing.T) {
	content := rowsOf(50)
	want, err := TableFromBytes("memory", []byte(content), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, few := range []int{0, 1, 2, 51, 99, 100} {
		folder := t.TempDir()
		keepFew(t, few, folder)
		got, err := TableFromBytes("file", []byte(content), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Values, want.Values) || len(want.Values) != 100 {
			t.Errorf("with %d in memory: %v, want %v", few, got.Values, want.Values)
		}
		expectEmpty(t, folder)
	}
}

// Rows in no order of time are put in it in a temporary file as they are in memory. Would catch a
// row that is written where the last one ended.
func TestShuffledTableInATemporaryFile(t *testing.T) {
	const content = "t,a,b\n2021-03-01,3,30\n2021-01-01,1,10\n2021-02-01,2,20\n2021-06-01,6,60\n2021-07-01,7,70\n2021-05-01,5,50\n2021-04-01,4,40\n"
	folder := t.TempDir()
	keepFew(t, 0, folder)
	got, err := ReadTable(writeFile(t, content), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70}; !slices.Equal(got.Values, want) {
		t.Errorf("%v, want %v", got.Values, want)
	}
	expectEmpty(t, folder)
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func expectEmpty(t *testing.T, folder string) {
	t.Helper()
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("there is still %v, %v", left, err)
	}
}

// The numbers of a large table, and a compressed file, take no room on the heap.
func TestLargeFilesAreNotOnTheHeap(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no files are mapped here")
	}
	folder, temporary := t.TempDir(), t.TempDir()
	keepFew(t, 1000, temporary)
	content := rowsOf(50_000)
	path := filepath.Join(folder, "numbers.csv.gz")
	if err := os.WriteFile(path, zipped(t, content), 0o600); err != nil {
		t.Fatal(err)
	}
	before := heap()
	table, err := ReadTable(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := ReadDocument(path)
	if err != nil {
		t.Fatal(err)
	}
	if grown := heap() - before; grown > int64(len(table.Values)) { // a byte a number
		t.Errorf("the heap grew by %d bytes for %d numbers and %d characters", grown, len(table.Values), len(content))
	}
	if table.Steps() != 50_000 || text.Content != content {
		t.Errorf("%d rows, %d characters", table.Steps(), len(text.Content))
	}
	expectEmpty(t, temporary)
}

func zipped(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Where there is no room for a temporary file, the error names the file that was to be read
// and what to do; a damaged one is still called damaged.
func TestNoTemporaryFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "numbers.csv.gz")
	content := zipped(t, rowsOf(50))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	expect := func(err error, want string) {
		t.Helper()
		var bad *Error
		if !errors.As(err, &bad) || !strings.HasSuffix(bad.File, "numbers.csv.gz") || !strings.Contains(bad.Problem, want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	keepFew(t, 10, filepath.Join(folder, "nowhere"))
	_, err := ReadTable(path, nil)
	expect(err, "TMPDIR")
	_, err = TableFromBytes("numbers.csv.gz", []byte(rowsOf(50)), nil)
	expect(err, "TMPDIR")
	t.Setenv("TMPDIR", folder)
	if err := os.WriteFile(path, content[:len(content)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = ReadTable(path, nil)
	expect(err, "cut off")
}

// A full disk is no damage of the file that is read.
func TestFullTemporaryFile(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	defer full.Close()
	err = decompress("numbers.csv.gz", bytes.NewReader(zipped(t, rowsOf(50))), full, 1<<20)
	if err == nil || !strings.Contains(err.Error(), "make room") {
		t.Errorf("error %v", err)
	}
}
