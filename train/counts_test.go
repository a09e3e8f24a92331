package train_test

import (
	"reflect"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// Catches a sum that shares memory with what it sums, and a name that is lost.
func TestCountsAdd(t *testing.T) {
	one, two := train.Counts{"a": {1, 2}}, train.Counts{"a": {3, 4}, "b": {5}}
	sum := train.Counts{}
	sum.Add(one)
	sum.Add(two)
	if want := (train.Counts{"a": {4, 6}, "b": {5}}); !reflect.DeepEqual(sum, want) || one["a"][0] != 1 {
		t.Errorf("the sum is %v, and the first part now %v", sum, one)
	}
}
