package graphgen

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
)

// A Variant is a way to compile and run a program.
type Variant struct {
	Dtype     graph.Dtype
	Reference bool // by the reference engine
	Let       bool // by Accelerate, with new tensors in each run
	Workers   int
	Without   string // a pass, or nothing
	Inference bool
	Frozen    bool // frozen and thawed between runs
	BFloat16  bool
}

// String returns the variant in words.
func (v Variant) String() string {
	words := []string{v.Dtype.String()}
	add := func(ok bool, word string) {
		if ok {
			words = append(words, word)
		}
	}
	add(v.Reference, "reference engine")
	add(v.Let, "Accelerate")
	add(v.Workers > 0, fmt.Sprintf("%d workers", v.Workers))
	add(v.Without != "", "without "+v.Without)
	add(v.Inference, "for inference")
	add(v.Frozen, "frozen")
	add(v.BFloat16, "bfloat16")
	return strings.Join(words, ", ")
}

// oracle is the variant that the others are compared with.
var oracle = Variant{Dtype: graph.Float64, Reference: true}

// ofForward tells whether the variant takes programs without an objective only.
func (v Variant) ofForward() bool { return v.BFloat16 }

// fewVariants draws those that one program of many is checked in.
func fewVariants(rng *rand.Rand) []Variant {
	v := Variant{Workers: 1}
	if rng.IntN(2) == 0 {
		v.Dtype = graph.Float64
	}
	more := v
	switch rng.IntN(8) {
	case 0:
		more.Reference, more.Dtype, more.Workers = true, graph.Float32, 0
	case 1:
		more.Let, more.Workers = true, 0
	case 2:
		more.Inference, more.Frozen = true, true
	case 3:
		more.Frozen = true
	case 4:
		more = Variant{BFloat16: true, Workers: 1 + rng.IntN(3), Frozen: rng.IntN(2) == 0, Inference: rng.IntN(2) == 0}
	case 5:
		more.Workers = 2 + rng.IntN(2)
	default:
		passes := graph.Passes()
		more.Without = passes[rng.IntN(len(passes))]
		more.Workers = 1 + rng.IntN(2)
		more.Frozen = rng.IntN(4) == 0
	}
	return []Variant{v, more}
}

// AllVariants are all that a program of interest is checked in.
func AllVariants() (all []Variant) {
	for _, d := range []graph.Dtype{graph.Float64, graph.Float32} {
		for _, workers := range []int{1, 2, 3} {
			all = append(all, Variant{Dtype: d, Workers: workers},
				Variant{Dtype: d, Workers: workers, Inference: true, Frozen: true})
		}
		all = append(all, Variant{Dtype: d, Let: true}, Variant{Dtype: d, Workers: 1, Frozen: true}, Variant{Dtype: d, Workers: 1, Inference: true})
		for _, pass := range graph.Passes() {
			all = append(all, Variant{Dtype: d, Workers: 2, Without: pass})
		}
	}
	return append(all, Variant{Dtype: graph.Float32, Reference: true},
		Variant{BFloat16: true, Workers: 1}, Variant{BFloat16: true, Workers: 2, Frozen: true, Inference: true})
}
