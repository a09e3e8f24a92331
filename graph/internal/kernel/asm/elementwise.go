package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A vec is a register with a vector of numbers.
type vec = reg.VecVirtual

// mapping writes a function that computes dst[i] from element i of the inputs, a
// vector at a time, with the tail under a mask. The inputs and the scalars are the
// parameters after dst; body emits the operation and returns its result.
func mapping(v vectors, name, inputs, scalars string, body func(in []vec, scalar []vec) vec) {
	heldMapping(v, name, inputs, scalars, nil, body)
}

// heldMapping is mapping with constants, by their bits, that registers hold.
func heldMapping(v vectors, name, inputs, scalars string, words []uint32, body func(in []vec, scalar []vec) vec) {
	slices := strings.Fields(inputs)
	parameters := "dst"
	for _, s := range slices {
		parameters += ", " + s
	}
	parameters += " []float32"
	for _, s := range strings.Fields(scalars) {
		parameters += ", " + s + " float32"
	}
	v.beginSweep(name, parameters)
	var scalar []vec
	for _, s := range strings.Fields(scalars) {
		scalar = append(scalar, v.broadcastParam(s))
	}
	defer v.hold(words)()
	v.sweep(slices, []string{"dst"}, func(in []vec) []vec { return []vec{body(in, scalar)} })
}

// broadcastParam returns a register whose lanes all hold a float32 parameter.
func (v vectors) broadcastParam(name string) vec {
	return v.broadcast(paramAddress(name))
}

// paramAddress returns where the parameter of that name is.
func paramAddress(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// beginSweep begins a function that consists of a sweep.
func (v vectors) beginSweep(name, parameters string) {
	result := ""
	if v.lanes == 4 {
		result = " (done int)"
	}
	begin(name+v.suffix, "func("+parameters+")"+result)
}

// sweep emits the loop over all elements of the slices, and the end of the function: it loads a
// vector of each input, runs body and stores its results to the outputs. The first output sets the
// length. With SSE2 the function returns how many elements it has done: whole vectors, up to
// one whose results it does not know.
func (v vectors) sweep(inputs, outputs []string, body func(in []vec) []vec) {
	n := Load(Param(outputs[0]).Len(), GP64())
	i := GP64()
	XORQ(i, i)
	at := map[string]Mem{}
	for _, s := range append(append([]string{}, inputs...), outputs...) {
		if _, ok := at[s]; !ok {
			at[s] = Mem{Base: Load(Param(s).Base(), GP64()), Index: i, Scale: 4}
		}
	}
	doubts := v.beginDoubts()

	Label("loop")
	CMPQ(n, U8(v.lanes))
	JB(LabelRef("tail"))
	in := make([]vec, len(inputs))
	for k, s := range inputs {
		in[k] = v.load(at[s])
	}
	results := body(in)
	doubts.leave("tail")
	for k, out := range results {
		v.move(at[outputs[k]], out, true)
	}
	ADDQ(U8(v.lanes), i)
	SUBQ(U8(v.lanes), n)
	JMP(LabelRef("loop"))

	Label("tail")
	if v.lanes == 4 {
		Store(i, ReturnIndex(0))
		RET()
		return
	}
	TESTQ(n, n)
	JZ(LabelRef("done"))
	mask := v.tail(n)
	for k, s := range inputs {
		in[k] = v.loadTail(mask, at[s])
	}
	for k, out := range body(in) {
		v.moveMasked(at[outputs[k]], mask, out, true)
	}
	Label("done")
	VZEROUPPER()
	RET()
}

// elementwise writes the functions that are one instruction or few.
func elementwise(v vectors) {
	// In Go's order of operands the second source comes first: v.sub(b, a, r) is
	// r = a - b.
	binary := func(name string, instruction func(b, a, r Op)) {
		mapping(v, name, "a b", "", func(in, _ []vec) vec {
			instruction(in[1], in[0], in[0])
			return in[0]
		})
	}
	binary("add", v.add)
	binary("sub", v.sub)
	binary("mul", v.mul)
	binary("div", v.div)

	mapping(v, "mulAdd", "a b c", "", func(in, _ []vec) vec {
		v.multiplyAddCoarse(in[2], in[1], in[0]) // a = a·b + c
		return in[0]
	})
	mapping(v, "sigmoidGrad", "y d", "", func(in, _ []vec) vec {
		rest := v.copyOf(number(1))
		v.sub(in[0], rest, rest)
		v.mul(in[0], rest, rest)
		v.mul(in[1], rest, rest)
		return rest
	})
	mapping(v, "tanhGrad", "y d", "", func(in, _ []vec) vec {
		v.mul(in[0], in[0], in[0])
		rest := v.copyOf(number(1))
		v.sub(in[0], rest, rest)
		v.mul(in[1], rest, rest)
		return rest
	})
	mapping(v, "scale", "a", "s", func(in, s []vec) vec {
		v.mul(s[0], in[0], in[0])
		return in[0]
	})
	mapping(v, "scaleAdd", "a b", "s", func(in, s []vec) vec {
		v.multiplyAddCoarse(in[1], s[0], in[0]) // a = a·s + b
		return in[0]
	})
	mapping(v, "shift", "a", "s", func(in, s []vec) vec {
		v.add(s[0], in[0], in[0])
		return in[0]
	})
	mapping(v, "affine", "a", "s t", func(in, s []vec) vec {
		v.mul(s[0], in[0], in[0])
		v.add(s[1], in[0], in[0])
		return in[0]
	})
	mapping(v, "normalize", "a", "shift scale", func(in, s []vec) vec {
		v.add(s[0], in[0], in[0])
		v.mul(s[1], in[0], in[0])
		return in[0]
	})
	mapping(v, "neg", "a", "", func(in, _ []vec) vec {
		v.xor(word(signBit), in[0], in[0])
		return in[0]
	})
	mapping(v, "sqrt", "a", "", func(in, _ []vec) vec {
		v.sqrt(in[0], in[0])
		return in[0]
	})
	mapping(v, "fill", "", "s", func(_, s []vec) vec { return s[0] })

	mapping(v, "max", "a b", "", func(in, _ []vec) vec {
		// Of NaNs and of zeros max gives the operand written first, whichever it is: the
		// two orders differ in the sign of a zero, which is positive if one of them is.
		a, b := in[0], in[1]
		sum, m := v.register(), v.register()
		v.add(b, a, sum)
		v.max(b, a, m) // a > b ? a : b
		unordered := v.compare(a, unordered, b)
		v.max(a, b, a) // b > a ? b : a
		v.and(a, m, m)
		return v.choose(unordered, sum, m)
	})
	mapping(v, "clamp", "a", "low high", func(in, s []vec) vec {
		low := v.compare(in[0], lessEqual, s[0])
		v.min(in[0], s[1], in[0]) // high < a ? high : a
		return v.choose(low, s[0], in[0])
	})
	mapping(v, "lessEqual", "a b", "", func(in, _ []vec) vec {
		return v.choose(v.compare(in[0], lessEqual, in[1]), number(1), v.zero())
	})
	mapping(v, "within", "a", "low high", func(in, s []vec) vec {
		below := v.choose(v.compare(in[0], less, s[1]), number(1), v.zero())
		return v.choose(v.compare(s[0], less, in[0]), below, v.zero())
	})
	mapping(v, "choose", "condition a b", "", func(in, _ []vec) vec {
		return v.choose(v.compare(in[0], notEqual, v.zero()), in[1], in[2])
	})
}
