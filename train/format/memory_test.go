package format_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// What a reader keeps is at most twice the file and a mebibyte, and what it returns for each row: 56
// bytes an example, 40 a word, 72 a series. Tables allocate no more than that in all, but for what
// finding out their layout takes, and so never hold more. Would catch cells that are kept as
// strings, numbers that are copied, and a file that is read twice into memory.
func TestMemoryOfReaders(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const rows = 200_000
	shuffled := func() string {
		var b strings.Builder
		b.WriteString("t;x;y\n")
		for i := range 100_000 {
			fmt.Fprintf(&b, "%d-%02d-%02d;%d,5;0\n", 1000+i*7919%1900, 1+i%12, 1+i%28, i%10)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, content string
		rows          int64 // bytes that the result has for its rows
		read          func(path string) (any, error)
	}{
		{"zeros.csv", "a\n" + strings.Repeat("0\n", 2_000_000), 0, func(path string) (any, error) { return format.OpenTable(path, tableOptions{}) }},
		{"numbers.csv", "a,b\n" + strings.Repeat("1.25,-3\n", 500_000), 0, func(path string) (any, error) { return format.OpenTable(path, tableOptions{}) }},
		{"dates.csv", shuffled(), 0, func(path string) (any, error) {
			return format.OpenTable(path, tableOptions{KeepOrder: true})
		}},
		{"texts.tsv", strings.Repeat("x\tsome words\ny\tother words\n", rows/2), 56 * rows, func(path string) (any, error) { return format.OpenLabelled(path, options{}) }},
		{"texts.csv", strings.Repeat("x,\"some, words\"\ny,\"other words\"\n", rows/2), 56 * rows, func(path string) (any, error) { return format.OpenLabelled(path, options{}) }},
		{"tags.conll", strings.Repeat("word\tO\nother\tB-X\n\n", rows/2), 40*rows + 96*rows/2, func(path string) (any, error) { return format.OpenTagged(path, format.TaggedOptions{}) }},
		{"series.tsv", strings.Repeat("1\t2\t3\t4\n2\t5\t6\t7\n", rows/2), 72 * rows, func(path string) (any, error) { return format.OpenSeries(path, format.SeriesOptions{}) }},
		{"bytes.npy", npy("|i1", "2000, 2000", []byte(strings.Repeat("\x01", 4_000_000))), 72 * 2000, func(path string) (any, error) { return format.OpenSeries(path, format.SeriesOptions{}) }},
	} {
		path := formattest.Write(t, c.name, c.content)
		var err error
		all, kept := formattest.Memory(func() any {
			var result any
			result, err = c.read(path)
			return result
		})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		size := int64(len(c.content))
		t.Logf("%s: %d bytes; allocated %.2f, kept %.2f of it (rows %.2f)", c.name, size, float64(all)/float64(size), float64(kept)/float64(size), float64(c.rows)/float64(size))
		if most := 2*size + 1<<20 + c.rows; kept > most {
			t.Errorf("%s: keeps %d bytes, want %d at most for a file of %d", c.name, kept, most, size)
		}
		const findingOut = 6 << 20
		if most := 2*size + 1<<20 + findingOut; strings.HasSuffix(c.name, ".csv") && all > most+c.rows {
			t.Errorf("%s: allocates %d bytes, want %d at most for a file of %d", c.name, all, most, size)
		}
	}
}
