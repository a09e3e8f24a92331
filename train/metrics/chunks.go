package metrics

import (
	"slices"
	"strings"
)

// A Chunk is a stretch of tags that name one thing, such as B-PER I-PER.
type Chunk struct {
	Type     string // what stands after the hyphen
	From, To int    // its tags, from up to but without to
}

// Chunks returns the chunks of a sequence of tags by the rules of conlleval, the script
// of the shared tasks of CoNLL. A tag is O, outside of every chunk, or a letter, a hyphen
// and a type, where the letter is B at the beginning of a chunk, I inside it, and in some
// schemes E at its end and S where it is single. A chunk begins at a tag other than O
//
//	if it is B or S, or the tag before is O, E or S or of another type
//
// and ends before the next chunk or O. So an I after O begins a chunk, as in the scheme of
// CoNLL-2003, where B only parts neighbours of one type.
func Chunks(tags []string) []Chunk {
	var chunks []Chunk
	before, typeBefore := "O", ""
	for i, tag := range tags {
		letter, kind, _ := strings.Cut(tag, "-")
		inside := letter != "O"
		begins := inside && (letter == "B" || letter == "S" ||
			before == "O" || before == "E" || before == "S" || kind != typeBefore)
		switch {
		case begins:
			chunks = append(chunks, Chunk{kind, i, i + 1})
		case inside:
			chunks[len(chunks)-1].To = i + 1
		}
		before, typeBefore = letter, kind
	}
	return chunks
}

// ChunkScheme tells whether tags mark chunks: each is O or one of B, I, E and S with a
// hyphen and a type, and not all are O.
func ChunkScheme(tags []string) bool {
	marks := func(tag string) bool {
		return len(tag) > 2 && tag[1] == '-' && strings.Contains("BIES", tag[:1])
	}
	return slices.ContainsFunc(tags, marks) &&
		!slices.ContainsFunc(tags, func(tag string) bool { return tag != "O" && !marks(tag) })
}

// A Retrieval counts things that are there, things that were found, and those of both
// kinds: chunks, or labels of a set.
type Retrieval struct {
	Correct, Found, True int
}

// Chunked counts the chunks of one sequence. A chunk is correct if its type and both its
// ends are.
func Chunked(truth, predicted []string) Retrieval {
	there, found := Chunks(truth), Chunks(predicted)
	r := Retrieval{Found: len(found), True: len(there)}
	for _, c := range found {
		if slices.Contains(there, c) {
			r.Correct++
		}
	}
	return r
}

// Plus returns the counts of both.
func (r Retrieval) Plus(other Retrieval) Retrieval {
	return Retrieval{r.Correct + other.Correct, r.Found + other.Found, r.True + other.True}
}

// Precision returns the share of what was found that is correct, and 0 if nothing was
// found.
func (r Retrieval) Precision() float64 { return share(r.Correct, r.Found) }

// Recall returns the share of what is there that was found, and 0 if nothing is there.
func (r Retrieval) Recall() float64 { return share(r.Correct, r.True) }

// F1 returns the harmonic mean of precision and recall, 0 if there is neither.
func (r Retrieval) F1() float64 { return share(2*r.Correct, r.Found+r.True) }
