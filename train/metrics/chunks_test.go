package metrics

import (
	"reflect"
	"strings"
	"testing"
)

// By hand, each line a rule: catches chunks that are not parted, that are parted in the
// middle, or whose end is one off.
func TestChunks(t *testing.T) {
	for tags, want := range map[string][]Chunk{
		"O O":                         nil,
		"B-A I-A O":                   {{"A", 0, 2}},
		"I-A I-A":                     {{"A", 0, 2}}, // CoNLL-2003: no B
		"I-A B-A":                     {{"A", 0, 1}, {"A", 1, 2}},
		"B-A B-A I-A":                 {{"A", 0, 1}, {"A", 1, 3}},
		"B-A I-B":                     {{"A", 0, 1}, {"B", 1, 2}}, // another type begins
		"O I-A":                       {{"A", 1, 2}},
		"O I I":                       {{"", 1, 3}}, // without types
		"B-A O I-A":                   {{"A", 0, 1}, {"A", 2, 3}},
		"S-A S-A B-A I-A E-A I-A E-A": {{"A", 0, 1}, {"A", 1, 2}, {"A", 2, 5}, {"A", 5, 7}},
		"B-A-B I-A-B I-A":             {{"A-B", 0, 2}, {"A", 2, 3}},
	} {
		if got := Chunks(strings.Fields(tags)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", tags, got, want)
		}
	}
}

// Of the four true chunks and five found, one has another type, one another end, and two
// are right: precision 2/5, recall 2/4, F1 4/9. Catches tags counted for chunks.
func TestChunkedByHand(t *testing.T) {
	r := Chunked(
		strings.Fields("B-PER I-PER O B-LOC O B-ORG I-ORG O B-PER O"),
		strings.Fields("B-PER I-PER O B-ORG O B-ORG O     O B-PER I-LOC"))
	if (r != Retrieval{Correct: 2, Found: 5, True: 4}) || !near(r.Precision(), 0.4) || !near(r.Recall(), 0.5) || !near(r.F1(), 4.0/9) {
		t.Errorf("%+v: precision %v, recall %v, F1 %v", r, r.Precision(), r.Recall(), r.F1())
	}
	if twice := r.Plus(Retrieval{1, 2, 3}); twice != (Retrieval{3, 7, 7}) {
		t.Errorf("the sum is %+v", twice)
	}
	if none := (Retrieval{}); none.Precision() != 0 || none.Recall() != 0 || none.F1() != 0 {
		t.Error("scores of nothing are not 0")
	}
}

// Catches parts of speech taken for chunks.
func TestChunkScheme(t *testing.T) {
	for tags, want := range map[string]bool{
		"B-PER I-PER O": true, "I-A": true, "O": false, "NOUN VERB": false, "B-PER X": false, "S-A E-A": true, "I O": false, "": false,
	} {
		if got := ChunkScheme(strings.Fields(tags)); got != want {
			t.Errorf("%q: %t", tags, got)
		}
	}
}
