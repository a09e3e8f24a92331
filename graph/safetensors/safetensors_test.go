package safetensors

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// small is a File with metadata and an odd number of bytes of data, whose tensors
// are not in the order in which they are written.
func small() *File {
	return &File{
		Metadata: map[string]string{"by": "hand"},
		Tensors: []Tensor{
			FromBytes("text", []int{3}, []byte("abc")),
			FromFloat32s("w", []int{2, 1}, []float32{1, -2}),
			FromInt64s("step", nil, []int64{-3}),
		},
	}
}

// smallBytes is small as the description of the format has it, written by hand.
// The checksum was computed by another program.
const smallBytes = "\x18\x01\x00\x00\x00\x00\x00\x00" +
	`{"__metadata__":{"by":"hand","sha256":"0cd745d2da342ee237e7961b0f6ccb8581a2dcbb2246789aaf8e0e0ff60ffcd7"},` +
	`"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]},` +
	`"w":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},` +
	`"text":{"dtype":"U8","shape":[3],"data_offsets":[16,19]}}      ` +
	"\xfd\xff\xff\xff\xff\xff\xff\xff" + "\x00\x00\x80\x3f\x00\x00\x00\xc0" + "abc"

func encoded(t testing.TB, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sameFile compares all but Verified. A scalar's shape may be nil or empty.
func sameFile(a, b *File) bool {
	return reflect.DeepEqual(a.Metadata, b.Metadata) &&
		slices.EqualFunc(canonical(a.Tensors), canonical(b.Tensors), func(a, b Tensor) bool {
			return a.Name == b.Name && a.Dtype == b.Dtype && slices.Equal(a.Shape, b.Shape) && bytes.Equal(a.Data, b.Data)
		})
}

// Catches a change of the format or of the checksum, which would make old files
// unreadable: wrong byte order, order of tensors, padding or offsets.
func TestEncodeGivesTheBytesOfTheFormat(t *testing.T) {
	if got := string(encoded(t, small())); got != smallBytes {
		t.Errorf("got\n%q\nwant\n%q", got, smallBytes)
	}
}

// Catches an Encode whose bytes depend on the order of the tensors or of a map.
func TestEncodeIsDeterministic(t *testing.T) {
	f := small()
	f.Metadata = map[string]string{"a": "", "b": "", "c": "", "d": "", "zz": ""}
	f.Tensors = append(f.Tensors, FromFloat32s("a", nil, []float32{1}), FromFloat32s("z", nil, []float32{2}))
	want := encoded(t, f)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		rng.Shuffle(len(f.Tensors), func(i, j int) {
			f.Tensors[i], f.Tensors[j] = f.Tensors[j], f.Tensors[i]
		})
		if !bytes.Equal(encoded(t, f), want) {
			t.Fatal("the same File gave other bytes")
		}
	}
}

// sizeOf8 holds the bytes that 8 elements of each dtype of the format take.
var sizeOf8 = map[Dtype]int{
	"BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "U32": 32, "I32": 32, "U64": 64, "I64": 64,
	"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
	"F8_E4M3": 8, "F8_E4M3FNUZ": 8, "F8_E5M2": 8, "F8_E5M2FNUZ": 8, "F8_E8M0": 8,
	"F16": 16, "BF16": 16, "F32": 32, "F64": 64, "C64": 64,
}

// Catches a dtype of the wrong size, lost metadata, names that JSON must escape,
// and empty tensors, which share an offset with their neighbour.
func TestRoundTripOfEveryDtype(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	f := &File{Metadata: map[string]string{"": "empty key", "quote\"\\\n": "ü\u2028<&>\x00", "vocabulary": strings.Repeat("ab ", 999)}}
	for dtype, size := range sizeOf8 {
		data := make([]byte, 2*size)
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		f.Tensors = append(f.Tensors,
			Tensor{Name: string(dtype), Dtype: dtype, Shape: []int{2, 1, 8}, Data: data},
			Tensor{Name: "empty \"" + string(dtype) + "\x7f\x1f", Dtype: dtype, Shape: []int{3, 0}, Data: []byte{}})
	}
	got, err := Decode(encoded(t, f))
	if err != nil {
		t.Fatal(err)
	}
	if !sameFile(got, f) || !got.Verified {
		t.Errorf("got %+v\nwant %+v, verified", got, f)
	}
}

// Catches an empty File that does not survive, with or without a metadata map.
func TestRoundTripOfNothing(t *testing.T) {
	for _, f := range []*File{{}, {Metadata: map[string]string{}}} {
		got, err := Decode(encoded(t, f))
		if err != nil || got.Metadata != nil || len(got.Tensors) != 0 || !got.Verified {
			t.Errorf("got %+v, %v; want an empty verified File", got, err)
		}
	}
}

// Catches a conversion that loses bits, also of NaN and negative zero, or that
// shares memory with its argument.
func TestValuesKeepTheirBits(t *testing.T) {
	f64 := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Float64frombits(0x7ff8000000000123), 1.0 / 3, 5e-324}
	got64, err := FromFloat64s("x", []int{6}, f64).Float64s()
	if err != nil || !slices.EqualFunc(f64, got64, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
		t.Errorf("float64: got %v, %v; want %v", got64, err, f64)
	}
	f32 := []float32{0, float32(math.Copysign(0, -1)), math.Float32frombits(0x7fc00123), 1.0 / 3, 1e-45, math.MaxFloat32}
	got32, err := FromFloat32s("x", []int{2, 3}, f32).Float32s()
	if err != nil || !slices.EqualFunc(f32, got32, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
		t.Errorf("float32: got %v, %v; want %v", got32, err, f32)
	}
	i64 := []int64{math.MinInt64, -1, 0, math.MaxInt64}
	goti, err := FromInt64s("x", []int{4}, i64).Int64s()
	if err != nil || !slices.Equal(i64, goti) {
		t.Errorf("int64: got %v, %v; want %v", goti, err, i64)
	}
	u8, shape := []byte{0, 255, 7}, []int{3}
	tensor := FromBytes("x", shape, u8)
	u8[0], shape[0] = 9, 1
	gotb, err := tensor.Bytes()
	if want := []byte{0, 255, 7}; err != nil || !slices.Equal(gotb, want) {
		t.Errorf("byte: got %v, %v; want %v", gotb, err, want)
	}
}

// Catches values read with the wrong type, or of a tensor made by hand wrongly,
// and an error that does not say which tensor.
func TestAccessorsRefuse(t *testing.T) {
	_, err := FromFloat64s("lr", nil, []float64{1}).Float32s()
	wantError(t, err, `"lr" is F64, expected F32`)
	_, err = FromFloat32s("w", nil, []float32{1}).Int64s()
	wantError(t, err, `"w" is F32, expected I64`)
	_, err = Tensor{Name: "short", Dtype: F64, Shape: []int{2}, Data: make([]byte, 15)}.Float64s()
	wantError(t, err, `"short": 15 bytes of data, expected 16`)
}

// Catches a constructor that makes a tensor which cannot be written.
func TestConstructorsPanicOnWrongShape(t *testing.T) {
	defer func() {
		if message, _ := recover().(string); !strings.Contains(message, `"w": 8 bytes of data, expected 12`) {
			t.Errorf("panic %q does not say what is wrong", message)
		}
	}()
	FromFloat32s("w", []int{3}, []float32{1, 2})
}

// Catches a lookup that finds a neighbour.
func TestTensorByName(t *testing.T) {
	f := small()
	if step, ok := f.Tensor("step"); !ok || step.Name != "step" {
		t.Errorf(`Tensor("step") = %v, %v`, step, ok)
	}
	if x, ok := f.Tensor("x"); ok {
		t.Errorf(`Tensor("x") = %v, expected none`, x)
	}
}

// Catches an Encode that writes what Decode refuses or would read differently.
func TestEncodeRefuses(t *testing.T) {
	one := FromBytes("one", nil, []byte{1})
	for want, f := range map[string]*File{
		"reserved for the checksum":           {Metadata: map[string]string{"sha256": "x"}},
		`"sha257" is reserved`:                {Metadata: map[string]string{"sha257": "x"}},
		`key "bad\xff"`:                       {Metadata: map[string]string{"bad\xff": "x"}},
		`value "bad\xff"`:                     {Metadata: map[string]string{"x": "bad\xff"}},
		`tensor name "\xff"`:                  {Tensors: []Tensor{{Name: "\xff", Dtype: U8, Data: []byte{1}}}},
		"a tensor is named \"__metadata__\"":  {Tensors: []Tensor{{Name: "__metadata__", Dtype: U8, Data: []byte{1}}}},
		`two tensors are named "one"`:         {Tensors: []Tensor{one, small().Tensors[1], one}},
		`unknown dtype "F33"`:                 {Tensors: []Tensor{{Name: "x", Dtype: "F33"}}},
		"0 bytes of data, expected 4":         {Tensors: []Tensor{{Name: "x", Dtype: F32}}},
		"12 bits, expected whole bytes":       {Tensors: []Tensor{{Name: "x", Dtype: F4, Shape: []int{3}, Data: []byte{1, 2}}}},
		"[-1 -1]: expected no negative":       {Tensors: []Tensor{{Name: "x", Dtype: U8, Shape: []int{-1, -1}, Data: []byte{1}}}},
		"65 dimensions, expected at most":     {Tensors: []Tensor{{Name: "x", Dtype: U8, Shape: slices.Repeat([]int{1}, 65), Data: []byte{1}}}},
		"100000104 bytes, the format allows":  {Metadata: map[string]string{"x": strings.Repeat("y", maxHeader)}},
		"[4611686018427387904 2] of U8: its ": {Tensors: []Tensor{{Name: "x", Dtype: U8, Shape: []int{1 << 62, 2}}}},
	} {
		var b bytes.Buffer
		wantError(t, Encode(&b, f), want)
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes were written", want, b.Len())
		}
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, expected one with %q", err, want)
	}
}
