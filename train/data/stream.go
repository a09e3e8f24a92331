package data

import (
	"fmt"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// A Stream cuts one long sequence of tokens into batches for a language model, which
// predicts each token but the first from those before it.
//
// Of n tokens, the n-1 targets are dealt to the B rows in contiguous stretches that
// differ by at most one in length: row r has the targets from r(n-1)/B up to but
// without (r+1)(n-1)/B. Batch i holds steps i·T to i·T+T-1 of every row, so that
// state carried from batch to batch runs through a row's stretch. Every target counts
// exactly once; what remains of the last batches is padding.
type Stream struct {
	tokens      Tokens
	rows, steps int
}

var _ Source[Batch] = (*Stream)(nil)

// NewStream returns a Stream of B = rows and T = steps over tokens, which it keeps. It
// is an *format.Error if there is not a target for every row, and an error of another type if
// rows or steps is not positive.
func NewStream(tokens []int, rows, steps int) (*Stream, error) {
	return NewTokenStream(IDs(tokens), rows, steps)
}

// NewTokenStream is NewStream of tokens wherever they are kept.
func NewTokenStream(tokens Tokens, rows, steps int) (*Stream, error) {
	if rows <= 0 || steps <= 0 {
		return nil, errors.Errorf("data: a stream of %d rows and %d steps; both are at least 1", rows, steps)
	}
	if tokens.Len() < rows+1 {
		return nil, &format.Error{Problem: fmt.Sprintf(
			"too short a text: %d tokens, but a batch of %d rows needs at least %d; lower the batch size or give more text",
			tokens.Len(), rows, rows+1)}
	}
	return &Stream{tokens: tokens, rows: rows, steps: steps}, nil
}

// Begin starts a pass and returns the number of batches. A stream has one order only,
// so rng is not used.
func (s *Stream) Begin(*rand.Rand) int { return s.batches() }

func (s *Stream) batches() int {
	targets := s.tokens.Len() - 1
	longest := (targets + s.rows - 1) / s.rows
	return (longest + s.steps - 1) / s.steps
}

// Batch makes b batch i: T = steps, B = rows, and a target and a weight for each
// input. It resets carried state at batch 0.
func (s *Stream) Batch(i int, b *Batch) {
	if i < 0 || i >= s.batches() {
		panic(fmt.Sprintf("data: batch %d of a stream of %d", i, s.batches()))
	}
	b.pad(s.steps, s.rows, s.steps*s.rows)
	b.Reset = i == 0
	targets := s.tokens.Len() - 1
	b.ids = zeros(b.ids, s.steps+1)
	for r := range s.rows {
		end := (r + 1) * targets / s.rows
		first := min(r*targets/s.rows+i*s.steps, end)
		last := min(first+s.steps, end)

		if first == last {
			continue
		}
		ids := b.ids[:last+1-first]
		s.tokens.Read(first, ids)
		b.fill(r, ids[:last-first])
		for t, target := range ids[1:] {
			b.Targets[t*s.rows+r] = target
			b.Weights[t*s.rows+r] = 1
		}
	}
}
