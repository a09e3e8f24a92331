package format

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// What RFC 4180 and encoding/csv say of a file, this package's reader says too: the cells and the
// lines of random files that are written with any cells in them.
func TestRowsAgainstEncodingCSV(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "1", ",", ";", "\"", "\n", " ", "é", "x y", "'", "\t", ""}
	for range 3000 {
		separator := []rune(",;\t|")[rng.IntN(4)]
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Comma = separator
		w.UseCRLF = rng.IntN(2) == 0
		width := 2 + rng.IntN(3)
		for range 1 + rng.IntN(5) {
			cells := make([]string, width)
			for i := range cells {
				for range rng.IntN(4) {
					cells[i] += pieces[rng.IntN(len(pieces))]
				}
			}
			if err := w.Write(cells); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		var want, got []string
		r := csv.NewReader(strings.NewReader(b.String()))
		r.Comma = separator
		for {
			cells, err := r.Read()
			if err != nil {
				break
			}
			line, _ := r.FieldPos(0)
			want = append(want, fmt.Sprintf("%d%q", line, cells))
		}
		for r, problem := range (dialect{separator: byte(separator), quote: '"'}).rows(b.String(), 1) {
			if problem != nil {
				t.Fatalf("%q: %v", b.String(), problem)
			}
			cells := slices.Clone(r.cells)
			for i := range cells {
				cells[i] = strings.ReplaceAll(cells[i], "\r\n", "\n") // encoding/csv reads them so
			}
			got = append(got, fmt.Sprintf("%d%q", r.line, cells))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q:\n%v, want\n%v", b.String(), got, want)
		}
	}
}

// Cells that begin with blanks and a quote, and rows of blanks.
func TestRowsOfOtherHabits(t *testing.T) {
	for _, c := range []struct {
		d       dialect
		content string
		want    string
	}{
		{dialect{separator: ' ', quote: '"'}, "  a  \"b c\"\td \n\n e\n", `1["a" "b c" "d"] 3["e"] `},
		{dialect{separator: ',', quote: '"'}, "a, \"b, c\" ,d\n", `1["a" "b, c" "d"] `},
		{dialect{separator: ',', quote: '"', escape: true}, `"a \" b","c\\"` + "\n", `1["a \" b" "c\\"] `},
		{dialect{separator: ',', quote: '"', comment: "#"}, "#x\n  # y\n\"a\n#b\",c\n", `3["a\n#b" "c"] `},
		{dialect{separator: ','}, "\"a,b\n", `1["\"a" "b"] `},
		{dialect{}, "a,b\n", `1["a,b"] `},
		{dialect{separator: ',', quote: '"'}, "a,\"b\"\r\"c\",d\r", `1["a" "b"] 2["c" "d"] `},
		{dialect{separator: ',', quote: '"'}, ",\n", `1["" ""] `},
	} {
		var got strings.Builder
		for r, problem := range c.d.rows(c.content, 1) {
			if problem != nil {
				t.Fatalf("%q: %v", c.content, problem)
			}
			fmt.Fprintf(&got, "%d%q ", r.line, r.cells)
		}
		if got.String() != c.want {
			t.Errorf("%q: %s, want %s", c.content, got.String(), c.want)
		}
	}
}

// A file that holds far more than its size is refused unless it is said how much it may hold.
func TestCompressedBeyondTheLimit(t *testing.T) {
	bomb := zipped(t, "a\n"+strings.Repeat("0\n", 10<<20))
	path := t.TempDir() + "/zeros.csv.gz"
	if err := os.WriteFile(path, bomb, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := OpenTable(path, TableOptions{})
	if e, ok := err.(*Error); !ok || e.Option != "MaxBytes" || !strings.Contains(e.Problem, "more than 16777216 bytes") {
		t.Errorf("error %v", err)
	}
	table, err := OpenTable(path, TableOptions{Layout: Layout{MaxBytes: 1 << 25}})
	if err != nil || table.Steps() != 10<<20 {
		t.Errorf("%v", err)
	}
	if _, err := readFile(path, 100); err == nil || !strings.Contains(err.Error(), "more than 100 bytes") {
		t.Errorf("error %v", err)
	}
}
