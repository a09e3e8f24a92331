package main

import (
	"fmt"
	"math"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The steps of the functions are explained beside the portable versions in package kernel, which
// take the same steps with the same numbers and must give the same bits.
var (
	log2E    = float("Log2E", 1.44269504, "")
	ln2Hi    = float("Ln2Hi", 0.693359375, "9 bits: n·Ln2Hi is exact")
	ln2Lo    = float("Ln2Lo", -2.12194440e-4, "")
	rounding = float("Rounding", 12582912, "1.5·2²³: adding it leaves an integer in the low bits")
	expMin   = float("ExpMin", -104, "")
	expMax   = float("ExpMax", 89, "")

	sigmoidMax = float("SigmoidMax", 104, "")
	tanhSmall  = float("TanhSmall", 0.55, "")
	tanhMax    = float("TanhMax", 10, "")

	sqrtHalf = word32("SqrtHalf", 0x3f3504f3, "bits of √½")
	logLn2Hi = float("LogLn2Hi", 6.9313812256e-01, "")
	logLn2Lo = float("LogLn2Lo", 9.0580006145e-06, "")
	logScale = float("LogScale", 1<<23, "what subnormal numbers are scaled by")
	logBias  = float("LogBias", -23, "its logarithm to base 2, negative")
)

const (
	minNormal   = 0x1p-126
	positiveInf = 0x7f800000
	negativeInf = 0xff800000
	quietNaN    = 0x7fc00000
)

var (
	expCoefficients  = polynomial("Exp", "q(r) = (eʳ - 1 - r)/r²", 0.000198910013, 0.00139336591, 0.00833331048, 0.041666463, 0.166666672, 0.5)
	tanhCoefficients = polynomial("Tanh", "P(x²) = (tanh x - x)/x³", -0.00661022775, 0.0213093888, -0.0539094284, 0.133331135, -0.333333313)
	logCoefficients  = polynomial("Log", "R(s²)/s²", 0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693)
)

// bitsOf returns the bits of numbers.
func bitsOf(numbers ...float32) (bits []uint32) {
	for _, x := range numbers {
		bits = append(bits, math.Float32bits(x))
	}
	return bits
}

// The constants of the functions, all that their loops need.
var (
	reduceWords  = slices.Concat(bitsOf(log2E, rounding, -ln2Hi, -ln2Lo), bitsOf(expCoefficients...), []uint32{127})
	expWords     = slices.Concat(reduceWords, bitsOf(expMax, expMin, 1))
	sigmoidWords = slices.Concat(reduceWords, bitsOf(sigmoidMax, -sigmoidMax), []uint32{signBit, 127 << 23})
	tanhWords    = slices.Concat(reduceWords, bitsOf(tanhCoefficients...), bitsOf(tanhSmall, tanhMax, 1, 2), []uint32{signBit, magnitude})
	logWords     = slices.Concat(bitsOf(logCoefficients...), bitsOf(minNormal, logScale, logBias, 1, 2, 0.5, logLn2Hi, logLn2Lo),
		[]uint32{sqrtHalf, positiveInf, negativeInf, quietNaN})
)

// activations writes the transcendental functions.
func activations(v vectors) {
	function := func(name, scalar string, words []uint32, body func(in, s []vec) vec) {
		heldMapping(v, name, "a", scalar, words, body)
	}
	function("exp", "shift", expWords, func(in, s []vec) vec {
		v.add(s[0], in[0], in[0])
		return v.exp(in[0])
	})
	function("sigmoid", "", sigmoidWords, func(in, _ []vec) vec { return v.sigmoid(in[0]) })
	function("tanh", "", tanhWords, func(in, _ []vec) vec { return v.tanh(in[0]) })
	function("log", "", logWords, func(in, _ []vec) vec { return v.log(in[0]) })
}

// expSum writes a function that sets whole groups of 16 numbers of dst to e^(a+shift)
// and adds them to the lanes, as the sum of reductions does.
func expSum(v vectors) {
	begin("expSum"+v.suffix, fmt.Sprintf("func(lanes *[%d]float64, dst, a []float32, shift float32)", reductionLanes))
	lanes := Load(Param("lanes"), GP64())
	acc := v.registers(2 * reductionLanes / v.lanes)
	for k, r := range acc {
		VMOVUPS(Mem{Base: lanes, Disp: 4 * v.lanes * k}, r)
	}
	shift := v.broadcastParam("shift")
	dst, a := Load(Param("dst").Base(), GP64()), Load(Param("a").Base(), GP64())
	n := Load(Param("a").Len(), GP64())
	SUBQ(U8(reductionLanes), n)
	JL(LabelRef("done"))
	Label("loop")
	for k := 0; k < len(acc); k += 2 {
		at := Mem{Base: a, Disp: 2 * v.lanes * k}
		x := v.load(at)
		v.add(shift, x, x)
		x = v.exp(x)
		VMOVUPS(x, Mem{Base: dst, Disp: at.Disp})
		for half, wide := range v.widenRegister(x) {
			VADDPD(wide, acc[k+half], acc[k+half])
		}
	}
	ADDQ(U8(4*reductionLanes), a)
	ADDQ(U8(4*reductionLanes), dst)
	SUBQ(U8(reductionLanes), n)
	JGE(LabelRef("loop"))
	Label("done")
	for k, r := range acc {
		VMOVUPS(r, Mem{Base: lanes, Disp: 4 * v.lanes * k})
	}
	VZEROUPPER()
	RET()
}

// widenRegister returns the lanes of x as float64, in two registers.
func (v vectors) widenRegister(x vec) []vec {
	wide := v.registers(2)
	if v.lanes == 16 {
		high := YMM()
		VEXTRACTF64X4(U8(1), x, high)
		VCVTPS2PD(high, wide[1])
		VCVTPS2PD(x.AsY(), wide[0])
	} else {
		high := XMM()
		VEXTRACTF128(U8(1), x, high)
		VCVTPS2PD(high, wide[1])
		VCVTPS2PD(x.AsX(), wide[0])
	}
	return wide
}

// copyOf returns a new register with the value of r.
func (v vectors) copyOf(r Op) vec {
	c := v.register()
	v.copyTo(r, c)
	return c
}

// reduce splits x into n·ln 2 + r. It returns p = eʳ - 1 and n as an integer.
func (v vectors) reduce(x vec) (p, n vec) {
	t := v.copyOf(number(log2E))
	v.multiplyAdd(number(rounding), x, t) // x/ln 2, rounded, in the low bits
	whole := v.register()
	v.sub(number(rounding), t, whole)
	r := x
	v.addProduct(number(-ln2Hi), whole, r)
	v.addProductCoarse(number(-ln2Lo), whole, r)
	n = t
	v.subInt(number(rounding), t, n)

	q := v.copyOf(number(expCoefficients[0]))
	for _, c := range expCoefficients[1:] {
		v.multiplyAdd(number(c), r, q)
	}
	square := v.register()
	v.mul(r, r, square)
	v.multiplyAdd(r, square, q) // r + r²·q
	return q, n
}

// powerOfTwo turns the integers n, from -126 to 127, into 2ⁿ.
func (v vectors) powerOfTwo(n vec) {
	v.addInt(word(127), n, n)
	v.shiftLeft(U8(23), n, n)
}

// exp returns eˣ.
func (v vectors) exp(x vec) vec {
	// The second operand of these stays if it is not a number.
	v.min(x, v.copyOf(number(expMax)), x)
	v.max(x, v.copyOf(number(expMin)), x)
	p, n := v.reduce(x)
	v.add(number(1), p, p)
	half := v.register()
	v.shiftRight(U8(1), n, half)
	v.subInt(half, n, n)
	v.powerOfTwo(half)
	v.powerOfTwo(n)
	v.mul(half, p, p)
	v.mul(n, p, p)
	return p
}

// sigmoid returns 1/(1+e⁻ˣ).
func (v vectors) sigmoid(x vec) vec {
	y := v.register()
	v.xor(word(signBit), x, y)
	v.min(y, v.copyOf(number(sigmoidMax)), y)
	v.max(y, v.copyOf(number(-sigmoidMax)), y)
	p, n := v.reduce(y)
	half, rest := v.register(), v.register()
	v.shiftRight(U8(1), n, half)
	v.subInt(half, n, rest)
	one := v.copyOf(word(127 << 23))
	v.shiftLeft(U8(23), half, half)
	v.subInt(half, one, half) // 2⁻ʰ
	v.powerOfTwo(rest)
	sum := v.register()
	v.add(rest, half, sum)
	large := v.compare(half, less, rest)
	denominator := v.choose(large, half, sum)
	v.addProductCoarse(rest, p, denominator)
	v.add(v.choose(large, rest, v.zero()), denominator, denominator)
	v.div(denominator, half, half)
	return half
}

// tanh returns tanh x.
func (v vectors) tanh(x vec) vec {
	y := v.register()
	v.and(word(magnitude), x, y)
	small := v.compare(y, less, number(tanhSmall))

	square := v.register()
	v.mul(y, y, square)
	polynomial := v.copyOf(number(tanhCoefficients[0]))
	for _, c := range tanhCoefficients[1:] {
		v.multiplyAdd(number(c), square, polynomial)
	}
	v.mul(y, square, square)
	v.multiplyAdd(y, square, polynomial) // x + x³·P(x²)

	v.min(y, v.copyOf(number(tanhMax)), y)
	v.add(y, y, y)
	p, n := v.reduce(y)
	v.powerOfTwo(n)
	denominator := v.register()
	v.add(number(1), n, denominator)
	v.addProductCoarse(n, p, denominator) // 1 + e²ˣ
	quotient := v.copyOf(number(2))
	v.div(denominator, quotient, quotient)
	one := v.copyOf(number(1))
	v.sub(quotient, one, one)

	result := v.choose(small, polynomial, one)
	sign := v.register()
	v.and(word(signBit), x, sign)
	v.or(sign, result, result)
	return result
}

// log returns ln x.
func (v vectors) log(x vec) vec {
	// Scale subnormal numbers up.
	tiny := v.compare(x, less, number(minNormal))
	scaled := v.register()
	v.mul(number(logScale), x, scaled)
	m := v.choose(tiny, scaled, x)
	bias := v.choose(tiny, number(logBias), v.zero())

	// x = 2ᵏ·m with m from √½ to √2.
	k := v.register()
	v.subInt(word(sqrtHalf), m, k)
	v.shiftRight(U8(23), k, k)
	whole := v.register()
	v.shiftLeft(U8(23), k, whole)
	v.subInt(whole, m, m)
	v.toFloat(k, k)
	v.add(bias, k, k)

	// ln m = f - (f²/2 - s·(f²/2 + R)), s = f/(2+f).
	f, s := m, v.register()
	v.sub(number(1), m, f)
	v.add(number(2), f, s)
	v.div(s, f, s)
	z := v.register()
	v.mul(s, s, z)
	r := v.copyOf(number(logCoefficients[0]))
	for _, c := range logCoefficients[1:] {
		v.multiplyAdd(number(c), z, r)
	}
	v.mul(z, r, r)
	half := v.register()
	v.mul(number(0.5), f, half)
	v.mul(f, half, half)
	v.add(half, r, r)
	low := v.register()
	v.mul(number(logLn2Lo), k, low)
	v.addProduct(r, s, low) // s·(f²/2 + R) + k·ln2Lo
	v.sub(low, half, half)
	v.sub(half, f, f)
	v.addProduct(number(logLn2Hi), k, f)

	f = v.choose(v.compare(x, equal, v.zero()), word(negativeInf), f)
	f = v.choose(v.compare(x, less, v.zero()), word(quietNaN), f)
	return v.choose(v.compare(x, less, word(positiveInf)), f, x)
}
