package format

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// An arena holds the numbers of the series of a file, in memory or, if they are many, in a
// temporary file.
type arena struct {
	most  int // numbers in memory
	few   []float64
	many  *temporary
	sizes []int
}

// arenaOf returns how many numbers of a file's content are kept in memory: as many as have a
// fourth of its size, or a mebibyte, and 32 MB at most.
func arenaOf(content string) int { return min(1<<17+len(content)/32, inMemory) }

// take takes over the numbers of a series, which gets them back by fill.
func (a *arena) take(s *Series) error {
	a.sizes = append(a.sizes, len(s.Values))
	if a.many == nil && len(a.few)+len(s.Values) <= a.most {
		a.few = append(a.few, s.Values...)
		s.Values = nil
		return nil
	}
	if a.many == nil {
		var err error
		if a.many, err = newTemporary(); err != nil {
			return err
		}
		if err := a.many.numbers(a.few); err != nil {
			return err
		}
		a.few = nil
	}
	err := a.many.numbers(s.Values)
	s.Values = nil
	return err
}

// fill gives the series their numbers, which must not be changed.
func (a *arena) fill(all []Series) error {
	values := a.few
	if a.many != nil {
		content, err := a.many.content()
		if err != nil {
			return err
		}
		values = unsafe.Slice((*float64)(unsafe.Pointer(unsafe.StringData(content))), len(content)/8)
	}
	for i, n := range a.sizes {
		all[i].Values, values = values[:n:n], values[n:]
	}
	return nil
}

func (a *arena) close() {
	if a.many != nil {
		a.many.close()
	}
}

// numbers writes numbers.
func (t *temporary) numbers(x []float64) error {
	for _, v := range x {
		binary.NativeEndian.PutUint64(t.buffer[:], math.Float64bits(v))
		if _, err := t.Write(t.buffer[:]); err != nil {
			return err
		}
	}
	return nil
}
