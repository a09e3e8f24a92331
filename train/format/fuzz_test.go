package format_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// A reader reads content that goes by name.
type reader struct {
	name string
	read func(content []byte) (any, error)
}

// readers are all that take content from outside, by the name that their format goes by.
var readers = []reader{
	{"table", func(b []byte) (any, error) { return tableOptions{}.Read("a.csv", string(b)) }},
	{"table.tsv", func(b []byte) (any, error) {
		return tableOptions{KeepOrder: false, Layout: format.Layout{FillShort: true}}.Read("a.tsv", string(b))
	}},
	{"texts", func(b []byte) (any, error) { return options{}.Read("a", string(b)) }},
	{"texts.csv", func(b []byte) (any, error) { return options{}.Read("a.csv", string(b)) }},
	{"texts.json", func(b []byte) (any, error) { return options{Format: format.JSONLines}.Read("a", string(b)) }},
	{"tags", func(b []byte) (any, error) { return format.TaggedOptions{}.Read("a", string(b)) }},
	{"tags.csv", func(b []byte) (any, error) { return format.TaggedOptions{}.Read("a.csv", string(b)) }},
	{"series", func(b []byte) (any, error) {
		return format.SeriesOptions{Format: format.UCR}.Read("a", string(b))
	}},
	{"series.ts", func(b []byte) (any, error) { return format.SeriesOptions{Format: format.TS}.Read("a", string(b)) }},
	{"series.arff", func(b []byte) (any, error) {
		return format.SeriesOptions{Format: format.ARFF}.Read("a", string(b))
	}},
	{"series.npz", func(b []byte) (any, error) { return format.SeriesOptions{Format: format.NPZ}.Read("a", string(b)) }},
	{"series.idx", func(b []byte) (any, error) { return format.SeriesOptions{Format: format.IDX}.Read("a", string(b)) }},
	{"rolls", func(b []byte) (any, error) { return format.RollsFromBytes("a", b) }},
	{"document", func(b []byte) (any, error) {
		d, _, err := format.Document{File: "a", Content: string(b)}.DecodeAs("")
		return d, err
	}},
}

func must(v any, _ error) any { return v }

// eachCase calls f with the files that were once read wrongly.
func eachCase(t testing.TB, f func(path string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(cases, func(path string, d fs.DirEntry, err error) error {
		const largest = 20_000
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if len(content) <= largest {
			f(path, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever a file holds, a reader says that it is wrong or reads it: it does not panic, does not
// hang, and keeps no more memory than twice the file, a mebibyte and what each row returns.
func FuzzReaders(f *testing.F) {
	suitable := map[string]string{".csv": "table texts.csv tags.csv", ".tsv": "table.tsv texts tags series", ".conll": "tags", ".json": "texts.json",
		".jsonl": "texts.json", ".ts": "series.ts", ".npz": "series.npz", ".txt": "texts document"}
	eachCase(f, func(path string, content []byte) {
		for i, r := range readers {
			if slices.Contains(strings.Fields(suitable[filepath.Ext(path)]), r.name) {
				f.Add(content, byte(i))
			}
		}
	})
	for i := range readers {
		for _, content := range []string{"a,b\n\"1,2\n", "a;b\n1,5;\"x\"\"\n", "#\n#\n", "sep=;\n", "'a','b'\n'1','2'\n", "\xff\xfea\x00\n\x00", "2021-01-01,1\n01/02/2021,2\n",
			"(2021-01-01,1),(", "@attribute 'a\n@data\n", "@attribute b relational\n@data\n'1\\n2',a\n", "[{\"text\":null}]", "{\"a\":{\"text\":1}}", "__label__", "B-X\tI-X\n#\tO\n",
			"PK\x05\x06" + strings.Repeat("\x00", 18), "1\t2\t3\t4\n"} {
			f.Add([]byte(content), byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte, which byte) {
		r := readers[int(which)%len(readers)]
		start := time.Now()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := r.read(content)
		runtime.ReadMemStats(&after)
		var bad *format.Error
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("%s: %v (%T), want a *format.Error", r.name, err, err)
		}
		if bad != nil && bad.Error() == "" {
			t.Fatalf("%s: an error without words", r.name)
		}
		const row = 200 // bytes of headers of slices and strings
		lines := int64(strings.Count(string(content), "\n")+strings.Count(string(content), "\r")+strings.Count(string(content), "[")+strings.Count(string(content), "{")) + 1
		if strings.HasPrefix(r.name, "series.npz") || r.name == "series.idx" {
			lines += 16 * int64(len(content)) // a series may be one byte, and compressed
		}
		if most := 2*int64(len(content)) + 1<<20 + row*lines; int64(after.TotalAlloc-before.TotalAlloc) > most {
			// What it allocates in all is more, so that what it keeps may be.
			if _, kept := formattest.Memory(func() any { return must(r.read(content)) }); kept > most {
				t.Fatalf("%s: %d bytes of file keep %d, want %d at most", r.name, len(content), kept, most)
			}
		}
		if passed := time.Since(start); passed > 10*time.Second {
			t.Fatalf("%s: %d bytes took %v", r.name, len(content), passed)
		}
	})
}

// Every file that was once read wrongly is read, or refused with the file's name and words that say
// what to do, by every reader.
func TestEveryReaderOnEveryCase(t *testing.T) {
	n := 0
	eachCase(t, func(path string, content []byte) {
		for _, r := range readers {
			_, err := r.read(content)
			var bad *format.Error
			if err != nil && (!errors.As(err, &bad) || bad.File == "" || len(bad.Problem) < 5) {
				t.Errorf("%s, %s: %v (%T)", path, r.name, err, err)
			}
			n++
		}
	})
	if n < 1000 {
		t.Errorf("only %d were read", n)
	}
}
