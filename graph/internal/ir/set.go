package ir

import (
	"bytes"
	"math/bits"
	"slices"
)

// A valueSet holds values, no two of them equal, by what determines them. Values whose hashes
// are the same are compared.
type valueSet struct {
	slots    []slot // a power of two of them, never full
	count    int
	one, two []byte // room for the texts of attributes
}

// A slot is empty if its value is nil.
type slot struct {
	hash  uint64
	value *Value
}

// newValueSet returns a set with room for n values.
func newValueSet(n int) *valueSet {
	return &valueSet{slots: make([]slot, 1<<bits.Len(uint(max(n, 8)*4/3)))}
}

func (s *valueSet) clear() {
	clear(s.slots)
	s.count = 0
}

// find returns the slot of the value that is equal to v, or an empty one with v's hash.
func (s *valueSet) find(v *Value) *slot {
	if 4*s.count >= 3*len(s.slots) {
		s.grow()
	}
	hash := s.hash(v)
	for i := hash; ; i++ {
		at := &s.slots[i&uint64(len(s.slots)-1)]
		if at.value == nil {
			at.hash = hash
			return at
		}
		if at.hash == hash && s.equal(at.value, v) {
			return at
		}
	}
}

// put fills a slot that has just been found.
func (s *valueSet) put(at *slot, v *Value) {
	if at.value == nil {
		s.count++
	}
	at.value = v
}

func (s *valueSet) grow() {
	old := s.slots
	s.slots = make([]slot, 2*len(old))
	for _, o := range old {
		if o.value == nil {
			continue
		}
		i := o.hash & uint64(len(s.slots)-1)
		for s.slots[i].value != nil {
			i = (i + 1) & uint64(len(s.slots)-1)
		}
		s.slots[i] = o
	}
}

// equal tells whether the same determines both values. Numbers are equal if their texts are: 0
// and −0 are not.
func (s *valueSet) equal(v, w *Value) bool {
	if v.Op != w.Op || v.Rows != w.Rows || v.Cols != w.Cols || !slices.Equal(v.In, w.In) || !slices.Equal(v.Products, w.Products) {
		return false
	}
	if v.Attr == nil || w.Attr == nil {
		return v.Attr == w.Attr
	}
	s.one, s.two = v.Attr.Append(s.one[:0]), w.Attr.Append(s.two[:0])
	return bytes.Equal(s.one, s.two)
}

func (s *valueSet) hash(v *Value) uint64 {
	h := uint64(v.Op)
	mix := func(x int) {
		h = (h ^ uint64(x)) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	mix(v.Rows)
	mix(v.Cols)
	for _, t := range v.Products {
		mix(t.Left.ID)
		mix(t.Right.ID)
	}
	for _, u := range v.In {
		mix(u.ID)
	}
	switch a := v.Attr.(type) {
	case nil:
	case Range:
		mix(a.From)
		mix(a.Size)
	default:
		s.one = a.Append(s.one[:0])
		for _, c := range s.one {
			mix(int(c))
		}
	}
	return h
}
