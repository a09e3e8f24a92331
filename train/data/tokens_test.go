package data_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-222a112c/lstm/train/data"
)

// Lazily encoded tokens are those of Encode, from wherever they are read, over the borders
// of files. Catches a mark that is one token off.
func TestEncodeLazily(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var words strings.Builder
	for range 3000 {
		words.WriteString([]string{"row ", "röw  ", "\n", "狐", "boat\t"}[rng.IntN(5)])
	}
	files := []string{write(t, "a", words.String()), write(t, "b", "end"), write(t, "c", strings.ToValidUTF8(words.String()[:2000], "")+"\n")}
	for _, unit := range []data.Unit{data.Character, data.Byte, data.Word} {
		text := must(data.ReadText(files, unit))
		v := map[data.Unit]*data.Vocabulary{
			data.Character: data.NewCharacterVocabulary(text.Tokens()), data.Byte: data.NewByteVocabulary(),
			data.Word: data.NewWordVocabulary(text.Tokens(), data.Limits{}),
		}[unit]
		want, lazy := must(v.Encode(text)), must(v.EncodeLazily(text))
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
	v := data.NewCharacterVocabulary(must(data.TextFromBytes("a", []byte("ab\n"), data.Character)).Tokens())
	_, err := v.EncodeLazily(must(data.TextFromBytes("b", []byte("ab\nac"), data.Character)))
	complaint{"b", 2, "c", nil}.expect(t, err)
}

// A text takes no memory of its own, but for an index. Catches content that is read, and
// ids that are kept.
func TestTextTakesLittleMemory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files are not mapped on this system")
	}
	const size = 8 << 20
	path := write(t, "long", strings.Repeat("row, row, row your boat, gently down the stream\n", size/48))
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	text := must(data.ReadText([]string{path}, data.Character))
	v := data.NewCharacterVocabulary(text.Tokens())
	s := must(data.NewTokenStream(must(v.EncodeLazily(text)), 20, 50))
	var b data.Batch
	for i := range 100 {
		s.Batch(i*80, &b)
	}
	if grown := int64(heap() - before); grown > size/8 {
		t.Errorf("a text of %d bytes takes %d of the heap", size, grown)
	}
	runtime.KeepAlive(s)
}

// The batches are those of the source, in any order and over several passes, and memory is
// used again. Catches a batch that is made ahead of another pass, or handed out twice.
func TestAhead(t *testing.T) {
	text := must(data.TextFromBytes("a", []byte(strings.Repeat("abcdefghij", 30)), data.Byte))
	ids := must(data.NewByteVocabulary().Encode(text))
	classes := make([]int, 40)
	var sequences [][]int
	for i := range classes {
		classes[i] = i
		sequences = append(sequences, ids[:i%13])
	}
	for name, make2 := range map[string]func() data.Source{
		"stream":    func() data.Source { return must(data.NewStream(ids, 4, 7)) },
		"sequences": func() data.Source { return must(data.NewSequences(sequences, classes, 4, 10)) },
	} {
		plain, ahead := make2(), data.Source(data.NewAhead(make2()))
		var want, got data.Batch
		for pass := range uint64(3) {
			n := plain.Begin(rand.New(rand.NewPCG(pass, 1)))
			if m := ahead.Begin(rand.New(rand.NewPCG(pass, 1))); m != n {
				t.Fatalf("%s: %d batches, want %d", name, m, n)
			}
			order := []int{3, 0, 1, 2, 2, 5, 3, n - 1, 0}
			for i := range n {
				order = append(order, i)
			}
			order = append(order, 2) // the next pass begins with what is being made then
			for _, i := range order {
				plain.Batch(i, &want)
				ahead.Batch(i, &got)
				if !slices.Equal(got.Inputs, want.Inputs) || !slices.Equal(got.Targets, want.Targets) || got.Reset != want.Reset || !slices.Equal(got.Mask, want.Mask) {
					t.Fatalf("%s: pass %d, batch %d differs", name, pass, i)
				}
			}
		}
	}
}

// A gate is a source whose batch 1 is not made before it opens.
type gate struct {
	data.Source
	began, open chan struct{}
}

func (g gate) Batch(i int, b *data.Batch) {
	if i == 1 {
		close(g.began)
		<-g.open
	}
	g.Source.Batch(i, b)
}

// Batch 1 is begun, and not waited for, when batch 0 is handed out. Catches a batch that is
// only made when it is asked for, and one that is made before the caller goes on.
func TestAheadDoesNotWait(t *testing.T) {
	g := gate{must(data.NewStream(make([]int, 100), 2, 5)), make(chan struct{}), make(chan struct{})}
	ahead, done := data.NewAhead(g), make(chan struct{})
	ahead.Begin(nil)
	go func() {
		defer close(done)
		var b data.Batch
		ahead.Batch(0, &b)
		<-g.began
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Error("batch 0 waits for batch 1, or that is not begun")
	}
	close(g.open)
	ahead.Wait()
}
