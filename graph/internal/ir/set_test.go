package ir

import "testing"

// Values that are lost when the set grows, that are found after it has been emptied, and values
// of one hash that are taken for one another.
func TestValueSet(t *testing.T) {
	s := newValueSet(0)
	x := &Value{Op: Leaf, Rows: 4, Cols: 4}
	block := func(from int) *Value {
		return &Value{Op: RowBlock, Attr: Range{from, 1}, In: []*Value{x}, Rows: 1, Cols: 4}
	}
	values := make([]*Value, 1000)
	for i := range values {
		values[i] = block(i)
		at := s.find(values[i])
		if at.value != nil {
			t.Fatalf("value %d is there already", i)
		}
		s.put(at, values[i])
	}
	for i, v := range values {
		if s.find(block(i)).value != v {
			t.Fatalf("value %d is not found", i)
		}
	}
	a := s.find(values[0])
	a.value = block(2000) // as if they had the same hash
	if found := s.find(block(0)).value; found != nil {
		t.Errorf("%v is taken for another value of its hash", found.Attr)
	}
	s.clear()
	if s.find(values[1]).value != nil {
		t.Error("a value is found in an empty set")
	}
}
