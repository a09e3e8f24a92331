package data

import (
	"math/rand/v2"
	"sync"
)

// A Prefetcher is a Source that makes the next batch while the caller is busy with the one that
// it was handed, so that a training that takes them in order does not wait for the data. The
// batches are those of the Source that it reads.
type Prefetcher[B any] struct {
	source  Source[B]
	mutex   sync.Mutex
	batches int
	next    int           // the batch that is being made, or -1
	made    chan struct{} // closed when it is
	batch   B
}

// Prefetch returns a Prefetcher of a Source, which nobody else may use until Wait.
func Prefetch[B any](source Source[B]) *Prefetcher[B] {
	return &Prefetcher[B]{source: source, next: -1}
}

// Begin starts a pass and returns the number of batches.
func (p *Prefetcher[B]) Begin(rng *rand.Rand) int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.wait()
	p.next = -1
	p.batches = p.source.Begin(rng)
	return p.batches
}

// Batch makes b batch i.
func (p *Prefetcher[B]) Batch(i int, b *B) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.wait(); p.next == i {
		*b, p.batch = p.batch, *b
	} else {
		p.source.Batch(i, b)
	}
	p.next = -1
	if i+1 >= p.batches {
		return
	}
	p.next, p.made = i+1, make(chan struct{})
	go func(made chan struct{}) {
		defer close(made)
		p.source.Batch(p.next, &p.batch)
	}(p.made)
}

// Wait returns when the Source is not in use, and is not until the next call of a method.
func (p *Prefetcher[B]) Wait() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.wait()
}

// wait waits for the batch that is being made.
func (p *Prefetcher[B]) wait() {
	if p.next >= 0 {
		<-p.made
	}
}
