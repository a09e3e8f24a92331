package data

import (
	"github.com/seed-222a112c/lstm/train/schema"
)

// Tokens are the ids of a long text, wherever they are kept. They do not change and may be
// shared.
type Tokens interface {
	// Len returns the number of tokens.
	Len() int

	// Read sets into to the ids of as many tokens, from the one with index from on. It
	// panics if there are fewer.
	Read(from int, into []int)
}

// IDs are tokens in memory, eight bytes each.
type IDs []int

var (
	_ Tokens = IDs(nil)
	_ Tokens = (*schema.Encoded)(nil)
)

// Len returns the number of tokens.
func (x IDs) Len() int { return len(x) }

// Read copies ids.
func (x IDs) Read(from int, into []int) { copy(into, x[from:from+len(into)]) }
