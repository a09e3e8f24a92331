package data

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
)

// Sequences cuts many short sequences into batches.
//
// Sequences of similar length share a batch: T is one of a few numbers, maxSteps and
// its halves down to about 8, and B is always the same, so that a model needs few
// graphs. A sequence is padded at its end; a batch that is not full is filled with rows
// of length 0. A sequence of length 0 is legal.
//
// Of a sequence with one target that is longer than maxSteps, only the last maxSteps
// steps are read. One with a target at each step is cut into pieces of maxSteps, which
// are rows of their own.
type Sequences struct {
	contents  contents
	pieces    []piece
	rows      int
	buckets   []bucket
	pass      []group
	truncated int
}

var _ Source[Batch] = (*Sequences)(nil)

// contents are the sequences that are cut into batches.
type contents interface {
	// length returns the number of steps of sequence i.
	length(i int) int

	// whole tells whether a sequence has one target, and not one at each step.
	whole() bool

	// pad makes b a batch of padding.
	pad(b *Batch, steps, rows int)

	// put fills a row of b with the inputs and targets of a piece.
	put(b *Batch, row int, p piece)
}

// A piece is the steps of a sequence, from up to but without to, that are a row.
type piece struct {
	sequence, from, to int
}

// A bucket holds the indices of the pieces that fit its steps but no fewer.
type bucket struct {
	steps   int
	members []int
}

// A group is the pieces of one batch.
type group struct {
	steps   int
	members []int // at most B
}

func newSequences(n int, c contents, rows, maxSteps int) (*Sequences, error) {
	switch {
	case rows <= 0 || maxSteps <= 0:
		return nil, errors.Errorf("data: sequences in %d rows of at most %d steps; both are at least 1", rows, maxSteps)
	case n == 0:
		return nil, errors.New("data: no sequences")
	}
	s := &Sequences{contents: c, rows: rows, buckets: newBuckets(maxSteps)}
	for i := range n {
		s.add(i, maxSteps)
	}
	s.Begin(nil)
	return s, nil
}

// add puts a sequence, or its pieces, into buckets.
func (s *Sequences) add(i, maxSteps int) {
	length := s.contents.length(i)
	if s.contents.whole() {
		if length > maxSteps {
			s.truncated++
		}
		s.addPiece(piece{i, max(length-maxSteps, 0), length})
		return
	}
	for from := 0; from < max(length, 1); from += maxSteps {
		s.addPiece(piece{i, from, min(from+maxSteps, length)})
	}
}

func (s *Sequences) addPiece(p piece) {
	b := s.bucketOf(p.to - p.from)
	b.members = append(b.members, len(s.pieces))
	s.pieces = append(s.pieces, p)
}

// newBuckets returns empty buckets, the shortest first.
func newBuckets(maxSteps int) []bucket {
	const shortest = 8
	buckets := []bucket{{steps: maxSteps}}
	for steps := maxSteps / 2; steps >= shortest; steps /= 2 {
		buckets = append(buckets, bucket{steps: steps})
	}
	slices.Reverse(buckets)
	return buckets
}

// bucketOf returns the shortest bucket that holds a piece.
func (s *Sequences) bucketOf(length int) *bucket {
	for i := range s.buckets {
		if length <= s.buckets[i].steps {
			return &s.buckets[i]
		}
	}
	panic(fmt.Sprintf("data: a piece of %d steps", length)) // a piece has at most maxSteps
}

// Truncated returns the number of sequences that lost steps.
func (s *Sequences) Truncated() int { return s.truncated }

// Begin starts a pass and returns the number of batches. With rng, pieces are shuffled
// within their buckets, then the batches are; without, short ones come first, and those
// of a bucket in their own order.
func (s *Sequences) Begin(rng *rand.Rand) int {
	s.pass = nil
	for _, b := range s.buckets {
		members := b.members
		if rng != nil {
			members = slices.Clone(members)
			rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		}
		for chunk := range slices.Chunk(members, s.rows) {
			s.pass = append(s.pass, group{b.steps, chunk})
		}
	}
	if rng != nil {
		rng.Shuffle(len(s.pass), func(i, j int) { s.pass[i], s.pass[j] = s.pass[j], s.pass[i] })
	}
	return len(s.pass)
}

// Batch makes b batch i: T = the bucket's steps and B = rows. It always resets carried
// state.
func (s *Sequences) Batch(i int, b *Batch) {
	if i < 0 || i >= len(s.pass) {
		panic(fmt.Sprintf("data: batch %d of a pass of %d", i, len(s.pass)))
	}
	g := s.pass[i]
	s.contents.pad(b, g.steps, s.rows)
	b.Reset = true
	for row, member := range g.members {
		p := s.pieces[member]
		s.contents.put(b, row, p)
		b.Examples = append(b.Examples, p.sequence)
		b.Offsets = append(b.Offsets, p.from)
	}
	for len(b.Examples) < s.rows {
		b.Examples = append(b.Examples, -1)
		b.Offsets = append(b.Offsets, 0)
	}
}
