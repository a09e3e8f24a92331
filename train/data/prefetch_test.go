package data_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// The batches are those of the source, in any order and over several passes, and memory is
// used again. Catches a batch that is made ahead of another pass, or handed out twice.
func TestPrefetch(t *testing.T) {
	text := formattest.Must(schema.TextFromBytes("a", []byte(strings.Repeat("abcdefghij", 30)), schema.Byte))
	ids := formattest.Must(schema.NewByteVocabulary().Encode(text))
	classes := make([]int, 40)
	var sequences [][]int
	for i := range classes {
		classes[i] = i
		sequences = append(sequences, ids[:i%13])
	}
	for name, make2 := range map[string]func() data.Source[data.Batch]{
		"stream":    func() data.Source[data.Batch] { return formattest.Must(data.NewStream(ids, 4, 7)) },
		"sequences": func() data.Source[data.Batch] { return formattest.Must(data.NewSequences(sequences, classes, 4, 10)) },
	} {
		plain, ahead := make2(), data.Source[data.Batch](data.Prefetch(make2()))
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
	data.Source[data.Batch]
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
func TestPrefetchDoesNotWait(t *testing.T) {
	g := gate{formattest.Must(data.NewStream(make([]int, 100), 2, 5)), make(chan struct{}), make(chan struct{})}
	ahead, done := data.Prefetch(g), make(chan struct{})
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
