package safetensors

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/pkg/errors"
)

// A Tensor is a named array.
type Tensor struct {
	Name  string
	Dtype Dtype
	Shape []int  // empty for a scalar
	Data  []byte // the elements, row-major and little-endian
}

// FromFloat32s returns an F32 tensor that holds a copy of the values, in
// row-major order. It panics if their number is not that of the shape.
func FromFloat32s(name string, shape []int, values []float32) Tensor {
	return from(name, F32, shape, values)
}

// FromFloat64s returns an F64 tensor that holds a copy of the values, in
// row-major order. It panics if their number is not that of the shape.
func FromFloat64s(name string, shape []int, values []float64) Tensor {
	return from(name, F64, shape, values)
}

// FromInt64s returns an I64 tensor that holds a copy of the values, in row-major
// order. It panics if their number is not that of the shape.
func FromInt64s(name string, shape []int, values []int64) Tensor {
	return from(name, I64, shape, values)
}

// FromBytes returns a U8 tensor that holds a copy of the values, in row-major
// order. It panics if their number is not that of the shape.
func FromBytes(name string, shape []int, values []byte) Tensor {
	return from(name, U8, shape, values)
}

// Float32s returns a copy of the values of an F32 tensor, in row-major order. It
// fails if the tensor is not F32 or if its data does not fit its shape.
func (t Tensor) Float32s() ([]float32, error) { return to[float32](t, F32) }

// Float64s returns a copy of the values of an F64 tensor, in row-major order. It
// fails if the tensor is not F64 or if its data does not fit its shape.
func (t Tensor) Float64s() ([]float64, error) { return to[float64](t, F64) }

// Int64s returns a copy of the values of an I64 tensor, in row-major order. It
// fails if the tensor is not I64 or if its data does not fit its shape.
func (t Tensor) Int64s() ([]int64, error) { return to[int64](t, I64) }

// Bytes returns a copy of the values of a U8 tensor, in row-major order. It fails
// if the tensor is not U8 or if its data does not fit its shape.
func (t Tensor) Bytes() ([]byte, error) { return to[byte](t, U8) }

type element interface {
	float32 | float64 | int64 | byte
}

func from[E element](name string, dtype Dtype, shape []int, values []E) Tensor {
	data := make([]byte, binary.Size(values))
	if _, err := binary.Encode(data, binary.LittleEndian, values); err != nil {
		panic(err) // the dtypes above are all known to the encoding
	}
	t := Tensor{Name: name, Dtype: dtype, Shape: slices.Clone(shape), Data: data}
	if err := t.check(); err != nil {
		panic(fmt.Sprintf("safetensors: %v", err))
	}
	return t
}

func to[E element](t Tensor, dtype Dtype) ([]E, error) {
	if t.Dtype != dtype {
		return nil, errors.Errorf("safetensors: tensor %q is %s, expected %s", t.Name, t.Dtype, dtype)
	}
	if err := t.check(); err != nil {
		return nil, errors.WithMessage(err, "safetensors")
	}
	values := make([]E, len(t.Data)*8/bitsOf[dtype])
	_, err := binary.Decode(t.Data, binary.LittleEndian, values)
	return values, errors.Wrapf(err, "safetensors: tensor %q", t.Name)
}

// check reports whether the tensor's data fits its dtype and shape.
func (t Tensor) check() error {
	size, err := t.Dtype.size(t.Shape)
	if err != nil {
		return errors.WithMessagef(err, "tensor %q", t.Name)
	}
	if len(t.Data) != size {
		return errors.Errorf("tensor %q: %d bytes of data, expected %d for %s of shape %v",
			t.Name, len(t.Data), size, t.Dtype, t.Shape)
	}
	return nil
}
