package data

import (
	"math/rand/v2"
	"sync"
)

// Ahead is a Source that makes the next batch while the caller is busy with the one that it
// was handed, so that a training that takes them in order does not wait for the data. The
// batches are those of the Source that it reads.
type Ahead struct {
	source  Source
	mutex   sync.Mutex
	batches int
	next    int           // the batch that is being made, or -1
	made    chan struct{} // closed when it is
	batch   Batch
}

var _ Source = (*Ahead)(nil)

// NewAhead returns an Ahead of a Source, which nobody else may use until Wait.
func NewAhead(source Source) *Ahead { return &Ahead{source: source, next: -1} }

// Begin starts a pass and returns the number of batches.
func (a *Ahead) Begin(rng *rand.Rand) int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.wait()
	a.next = -1
	a.batches = a.source.Begin(rng)
	return a.batches
}

// Batch makes b batch i.
func (a *Ahead) Batch(i int, b *Batch) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.wait(); a.next == i {
		*b, a.batch = a.batch, *b
	} else {
		a.source.Batch(i, b)
	}
	a.next = -1
	if i+1 >= a.batches {
		return
	}
	a.next, a.made = i+1, make(chan struct{})
	go func(made chan struct{}) {
		defer close(made)
		a.source.Batch(a.next, &a.batch)
	}(a.made)
}

// Wait returns when the Source is not in use, and is not until the next call of a method.
func (a *Ahead) Wait() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.wait()
}

// wait waits for the batch that is being made.
func (a *Ahead) wait() {
	if a.next >= 0 {
		<-a.made
	}
}
