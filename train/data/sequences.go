package data

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
)

// Sequences cuts many short sequences, each with a class, into batches for a
// classifier.
//
// Sequences of similar length share a batch: T is one of a few numbers, maxSteps and
// its halves down to about 8, and B is always the same, so that a model needs few
// graphs. A sequence is padded at its end; a batch that is not full is filled with rows
// of length 0. A sequence longer than maxSteps keeps its last maxSteps tokens. One of
// length 0 is legal.
type Sequences struct {
	ids       [][]int
	targets   []int
	rows      int
	buckets   []bucket
	pass      []group
	truncated int
}

var _ Source = (*Sequences)(nil)

// A bucket holds the indices of the sequences that fit its steps but no fewer.
type bucket struct {
	steps   int
	members []int
}

// A group is the sequences of one batch.
type group struct {
	steps   int
	members []int // at most B
}

// NewSequences returns Sequences of B = rows over ids, which it keeps. The target of
// ids[i] is targets[i]; targets are nil for prediction, and then all targets and weights
// are 0. It is an error if there are no sequences, if the numbers of sequences and
// targets differ, or if rows or maxSteps is not positive.
func NewSequences(ids [][]int, targets []int, rows, maxSteps int) (*Sequences, error) {
	switch {
	case rows <= 0 || maxSteps <= 0:
		return nil, errors.Errorf("data: sequences in %d rows of at most %d steps; both are at least 1", rows, maxSteps)
	case len(ids) == 0:
		return nil, errors.New("data: no sequences")
	case targets != nil && len(targets) != len(ids):
		return nil, errors.Errorf("data: %d sequences and %d targets", len(ids), len(targets))
	}
	s := &Sequences{ids: ids, targets: targets, rows: rows, buckets: newBuckets(maxSteps)}
	for i, sequence := range ids {
		s.bucketOf(len(sequence)).add(i)
		if len(sequence) > maxSteps {
			s.truncated++
		}
	}
	s.Begin(nil)
	return s, nil
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

// bucketOf returns the shortest bucket that holds a sequence, or the longest.
func (s *Sequences) bucketOf(length int) *bucket {
	for i := range s.buckets {
		if length <= s.buckets[i].steps {
			return &s.buckets[i]
		}
	}
	return &s.buckets[len(s.buckets)-1]
}

func (b *bucket) add(i int) { b.members = append(b.members, i) }

// Truncated returns the number of sequences that lost tokens.
func (s *Sequences) Truncated() int { return s.truncated }

// Begin starts a pass and returns the number of batches. With rng, sequences are
// shuffled within their buckets, then the batches are; without, short sequences come
// first, and those of a bucket in their own order.
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

// Batch makes b batch i: T = the bucket's steps, B = rows, and a target and a weight
// for each row. It always resets carried state.
func (s *Sequences) Batch(i int, b *Batch) {
	if i < 0 || i >= len(s.pass) {
		panic(fmt.Sprintf("data: batch %d of a pass of %d", i, len(s.pass)))
	}
	g := s.pass[i]
	b.pad(g.steps, s.rows, s.rows)
	b.Reset = true
	for row, example := range g.members {
		ids := s.ids[example]
		b.fill(row, ids[max(len(ids)-g.steps, 0):])
		b.Examples = append(b.Examples, example)
		if s.targets != nil {
			b.Targets[row] = s.targets[example]
			b.Weights[row] = 1
		}
	}
	for len(b.Examples) < s.rows {
		b.Examples = append(b.Examples, -1)
	}
}
