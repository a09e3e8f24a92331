package kernel

import (
	"math"
	"unsafe"
)

// A Packed16 is a [Packed] matrix whose numbers are kept as bfloat16: the upper half
// of a float32, rounded to the nearest, to even between two. It takes half the memory,
// and so half the time where a product waits for memory, as with few rows in
// inference. A product with it has the bits of one with the rounded weights.
//
// Panels of 16 columns consist of rows of 16 words; a word holds an element of an even
// row k in its low half and the one below it, of row k+1, in its high half.
type Packed16 struct {
	data       []uint32
	rows, cols int
}

// NewPacked16 returns a packed matrix of zeros.
func NewPacked16(rows, cols int) Packed16 {
	return Packed16{make([]uint32, PackedLen((rows+1)/2, cols)), rows, cols}
}

// Columns returns the columns from lo up to hi, which share the memory of p. Both
// must be multiples of 32, but for hi at the end of p; Columns panics otherwise.
func (p Packed16) Columns(lo, hi int) Packed16 {
	checkColumns(lo, hi, p.cols)
	pairs := (p.rows + 1) / 2
	start := lo * pairs
	end := start + PackedLen(pairs, hi-lo)
	return Packed16{p.data[start:end:end], p.rows, hi - lo}
}

// Pack sets p to m, which must have its shape, rounded to bfloat16.
func (p Packed16) Pack(m Matrix[float32]) {
	m.check()
	checkPacking(m.Rows, m.Cols, p.rows, p.cols)
	clear(p.data)
	for i := range p.rows {
		for j, x := range m.Row(i) {
			lane := j % panelCols
			word := &p.data[(j-lane)*((p.rows+1)/2)+i/2*panelCols+lane]
			*word |= uint32(narrow(x)) << (i % 2 * 16)
		}
	}
}

// Mul16 is [Mul] with weights in bfloat16.
func Mul16(c Matrix[float32], a Rows[float32], b Packed16) {
	var zeros [panelCols]float32
	checkProduct(&c, &a, b.rows, b.cols)
	multiply(rowMajor(&c), target[float32]{first: &zeros[0]}, &a, b.operand(), c.Cols)
}

// MulAdd16 is [MulAdd] with weights in bfloat16.
func MulAdd16(c Matrix[float32], a Rows[float32], b Packed16) {
	checkProduct(&c, &a, b.rows, b.cols)
	to := rowMajor(&c)
	multiply(to, to, &a, b.operand(), c.Cols)
}

// MulBias16 is [MulBias] with weights in bfloat16.
func MulBias16(c Matrix[float32], a Rows[float32], b Packed16, bias []float32) {
	checkProduct(&c, &a, b.rows, b.cols)
	checkBias(len(bias), c.Cols)
	multiply(rowMajor(&c), target[float32]{first: unsafe.SliceData(bias), unit: 1}, &a, b.operand(), c.Cols)
}

// operand returns p as the right operand of a product.
func (p *Packed16) operand() rightOperand[float32] {
	return rightOperand[float32]{pairs: unsafe.SliceData(p.data), bStep: panelCols * ((p.rows + 1) / 2)}
}

// narrow returns x as bfloat16. A NaN stays one.
func narrow(x float32) uint16 {
	bits := math.Float32bits(x)
	if x != x {
		return uint16(bits>>16) | 1<<6
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// wide returns the bfloat16 x.
func wide(x uint16) float32 { return math.Float32frombits(uint32(x) << 16) }
