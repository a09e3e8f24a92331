package safetensors

import (
	"math"
	"math/bits"

	"github.com/pkg/errors"
)

// A Dtype is the type of a tensor's elements, by the name it has in a file.
type Dtype string

// The dtypes of the format. The 8-bit, 6-bit and 4-bit floats are named by the
// numbers of their exponent and mantissa bits.
const (
	BOOL       Dtype = "BOOL" // one byte, 0 or 1
	U8         Dtype = "U8"
	I8         Dtype = "I8"
	U16        Dtype = "U16"
	I16        Dtype = "I16"
	U32        Dtype = "U32"
	I32        Dtype = "I32"
	U64        Dtype = "U64"
	I64        Dtype = "I64"
	F4         Dtype = "F4"
	F6E2M3     Dtype = "F6_E2M3"
	F6E3M2     Dtype = "F6_E3M2"
	F8E4M3     Dtype = "F8_E4M3"
	F8E4M3FNUZ Dtype = "F8_E4M3FNUZ"
	F8E5M2     Dtype = "F8_E5M2"
	F8E5M2FNUZ Dtype = "F8_E5M2FNUZ"
	F8E8M0     Dtype = "F8_E8M0"
	F16        Dtype = "F16"
	BF16       Dtype = "BF16"
	F32        Dtype = "F32"
	F64        Dtype = "F64"
	C64        Dtype = "C64" // complex, of two F32
)

// bitsOf holds the size of an element of each dtype in bits.
var bitsOf = map[Dtype]int{
	F4:     4,
	F6E2M3: 6, F6E3M2: 6,
	BOOL: 8, U8: 8, I8: 8, F8E4M3: 8, F8E4M3FNUZ: 8, F8E5M2: 8, F8E5M2FNUZ: 8, F8E8M0: 8,
	U16: 16, I16: 16, F16: 16, BF16: 16,
	U32: 32, I32: 32, F32: 32,
	U64: 64, I64: 64, F64: 64, C64: 64,
}

// size returns the number of bytes that a tensor of dtype d takes.
func (d Dtype) size(shape []int) (int, error) {
	width, ok := bitsOf[d]
	if !ok {
		return 0, errors.Errorf("unknown dtype %q, expected one such as F32 or I64", string(d))
	}
	if len(shape) > maxRank {
		return 0, errors.Errorf("%d dimensions, expected at most %d", len(shape), maxRank)
	}
	total := uint64(width)
	for _, n := range shape {
		if n < 0 {
			return 0, errors.Errorf("shape %v: expected no negative dimension", shape)
		}
		high, low := bits.Mul64(total, uint64(n))
		if high != 0 {
			return 0, errors.Errorf("shape %v of %s: its size overflows", shape, d)
		}
		total = low
	}
	if total%8 != 0 {
		return 0, errors.Errorf("shape %v of %s: %d bits, expected whole bytes", shape, d, total)
	}
	if total/8 > math.MaxInt {
		return 0, errors.Errorf("shape %v of %s: its size overflows", shape, d)
	}
	return int(total / 8), nil
}
