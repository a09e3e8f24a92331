package schema_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Lazily encoded tokens are those of Encode, from wherever they are read, over the borders
// of files. Catches a mark that is one token off.
func TestEncodeLazily(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var words strings.Builder
	for range 3000 {
		words.WriteString([]string{"row ", "röw  ", "\n", "狐", "boat\t"}[rng.IntN(5)])
	}
	files := []string{formattest.Write(t, "a", words.String()), formattest.Write(t, "b", "end"), formattest.Write(t, "c", strings.ToValidUTF8(words.String()[:2000], "")+"\n")}
	for _, unit := range []schema.Unit{schema.Character, schema.Byte, schema.Word} {
		text := formattest.Must(schema.ReadText(files, unit))
		v := map[schema.Unit]*schema.Vocabulary{
			schema.Character: schema.NewCharacterVocabulary(text.Tokens()), schema.Byte: schema.NewByteVocabulary(),
			schema.Word: schema.NewWordVocabulary(text.Tokens(), schema.Limits{}),
		}[unit]
		want, lazy := formattest.Must(v.Encode(text)), formattest.Must(v.EncodeLazily(text))
		if lazy.Len() != len(want) || len(want) < 2500 {
			t.Fatalf("%s: %d tokens, want %d", unit, lazy.Len(), len(want))
		}
		for range 200 {
			a := rng.IntN(len(want))
			b := a + rng.IntN(len(want)-a+1)
			part := lazy.Slice(a, b)
			from := rng.IntN(b - a + 1)
			got := make([]int, rng.IntN(b-a-from+1))
			part.Read(from, got)
			if !slices.Equal(got, want[a+from:a+from+len(got)]) {
				t.Fatalf("%s: tokens %d to %d differ", unit, a+from, a+from+len(got))
			}
		}
	}
	v := schema.NewCharacterVocabulary(formattest.Must(schema.TextFromBytes("a", []byte("ab\n"), schema.Character)).Tokens())
	_, err := v.EncodeLazily(formattest.Must(schema.TextFromBytes("b", []byte("ab\nac"), schema.Character)))
	formattest.Complaint{File: "b", Line: 2, Value: "c"}.Expect(t, err)
}

// A text takes no memory of its own, but for an index. Catches content that is read, and
// ids that are kept.
func TestTextTakesLittleMemory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files are not mapped on this system")
	}
	const size = 8 << 20
	path := formattest.Write(t, "long", strings.Repeat("row, row, row your boat, gently down the stream\n", size/48))
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	text := formattest.Must(schema.ReadText([]string{path}, schema.Character))
	v := schema.NewCharacterVocabulary(text.Tokens())
	s := formattest.Must(data.NewTokenStream(formattest.Must(v.EncodeLazily(text)), 20, 50))
	var b data.Batch
	for i := range 100 {
		s.Batch(i*80, &b)
	}
	if grown := int64(heap() - before); grown > size/8 {
		t.Errorf("a text of %d bytes takes %d of the heap", size, grown)
	}
	runtime.KeepAlive(s)
}
