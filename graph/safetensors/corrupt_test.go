package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// fileOf returns a file of the given header and data.
func fileOf(header, data string) []byte {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return []byte(string(length) + header + data)
}

// Catches a reader that is stricter than the format, so that files of other
// writers could not be read: no padding, fields and tensors in any order, empty
// tensors, unaligned data.
func TestDecodeAcceptsFilesOfOthers(t *testing.T) {
	got, err := Decode(fileOf(`{"b":{"shape":[1],"data_offsets":[1,5],"dtype":"F32"},
		"a":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]} , "e":{"dtype":"I8","shape":[0,4],"data_offsets":[1,1]},
		"__metadata__":{"format":"pt","\u00fc":""}}`+"\n ", "\x01\x00\x00\x80\x3f"))
	want := &File{
		Metadata: map[string]string{"format": "pt", "ü": ""},
		Tensors: []Tensor{
			{Name: "b", Dtype: F32, Shape: []int{1}, Data: []byte{0, 0, 0x80, 0x3f}},
			{Name: "a", Dtype: BOOL, Shape: []int{}, Data: []byte{1}},
			{Name: "e", Dtype: I8, Shape: []int{0, 4}, Data: []byte{}},
		},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	if got, err := Decode(fileOf(`{}`, "")); err != nil || got.Metadata != nil || len(got.Tensors) > 0 {
		t.Errorf("empty file: got %+v, %v", got, err)
	}
}

// Catches every rule of the format that the reader forgets to check; an error
// that is not the one for the rule counts as forgotten.
func TestDecodeRefuses(t *testing.T) {
	const f32 = `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
	pair := func(a, b string) string {
		return fmt.Sprintf(`{"a":{"dtype":"U8","shape":[4],"data_offsets":%s},"b":{"dtype":"U8","shape":[4],"data_offsets":%s}}`, a, b)
	}
	for _, c := range []struct{ header, data, want string }{
		{"", "", "begins with"},
		{` {}`, "", `begins with " {}", expected {`},
		{`[]`, "", "expected {"},
		{"{\"\xff\":1}", "", "not valid UTF-8"},
		{`{`, "", "broken after byte 9"},
		{`{"w"`, "", "broken"},
		{`{"w" {}}`, "", "broken"},
		{`{,}`, "", "broken"},
		{`{"w":1}`, "", `tensor "w": 1 ends at byte 14 of the file, expected {`},
		{`{"w":{}}`, "", "0 fields, expected"},
		{`{"w":{"dtype":"F32","shape":[1]}}`, "abcd", "2 fields"},
		{`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":{}}}`, "abcd", `unknown field "x"`},
		{`{"w":{"dtype":"F32","Shape":[1],"data_offsets":[0,4]}}`, "abcd", `unknown field "Shape"`},
		{`{"w":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}`, "abcd", `"shape" occurs twice`},
		{`{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0077":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, "ab", `"w" occurs twice`},
		{`{"__metadata__":{},"__metadata__":{}}`, "", `"__metadata__" occurs twice`},
		{`{"__metadata__":{"a":"1","a":"2"}}`, "", `"a" occurs twice`},
		{`{"__metadata__":{"a":1}}`, "", `key "a": 1 ends at`},
		{`{"__metadata__":{"a":null}}`, "", "expected a string"},
		{`{"__metadata__":[]}`, "", "expected {"},
		{`{"__metadata__":"x"}`, "", "expected {"},
		{f32 + "x", "abcd", `"x" follows`},
		{f32 + "\x00", "abcd", `follows the header's JSON`},
		{f32 + f32, "abcd", "follows"},
		{`{"w":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}`, "abcd", `unknown dtype "F31"`},
		{`{"w":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}`, "abcd", `unknown dtype "f32"`},
		{`{"w":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}`, "abcd", "expected a string"},
		{`{"w":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}`, "abcd", "expected ["},
		{`{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, "abcd", "-1 ends at"},
		{`{"w":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}`, "abcd", "expected a whole number"},
		{`{"w":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}`, "abcd", "expected a whole number"},
		{`{"w":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}`, "abcd", "expected a whole number"},
		{`{"w":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}`, "abcd", "expected a whole number"},
		{`{"w":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}`, "abcd", "broken"},
		{`{"w":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}}`, "abcd", "broken"},
		{`{"w":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}`, "abcd", "that an int can hold"},
		{`{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, "", "overflows"},
		{`{"w":{"dtype":"U8","shape":[2305843009213693952,8],"data_offsets":[0,0]}}`, "", "overflows"},
		{`{"w":{"dtype":"F4","shape":[1],"data_offsets":[0,0]}}`, "", "4 bits, expected whole bytes"},
		{`{"w":{"dtype":"U8","shape":[` + strings.Repeat("1,", 64) + `1],"data_offsets":[0,1]}}`, "a", "expected at most 64"},
		{`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, "abcd", "expected [begin, end]"},
		{`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`, "abcd", "expected at most 2"},
		{`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,3]}}`, "abc", "hold 3 bytes, expected 4 for F32 of shape [1]"},
		{`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}}`, "abcde", "hold 5 bytes, expected 4"},
		{`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, "abcd", "hold 4 bytes, expected 8"},
		{`{"w":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}`, "abcde", "begin at offset 1, expected 0"},
		{pair("[0,4]", "[5,9]"), "123456789", `tensor "b": its data begin at offset 5, expected 4`},
		{pair("[0,4]", "[3,7]"), "1234567", "begin at offset 3, expected 4"},
		{pair("[0,4]", "[0,4]"), "1234", "begin at offset 0, expected 4"},
		{pair("[4,8]", "[4,0]"), "12345678", "begin at offset 4, expected 0"},
		{pair("[0,4]", "[4,8]"), "123456789", "1 bytes follow the last tensor"},
		{pair("[0,4]", "[4,8]"), "1234567", "cut off: it holds 7 bytes of data, its tensors take 8"},
	} {
		f, err := Decode(fileOf(c.header, c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) || f != nil {
			t.Errorf("header %s, data %q: got %v, %v; expected the error %q", c.header, c.data, f, err, c.want)
		}
	}
}

// Catches a reader that believes the header's length: one that is larger than the
// file, than the format allows or than an int can hold.
func TestDecodeRefusesHeaderLengths(t *testing.T) {
	for _, length := range []uint64{maxHeader + 1, 1 << 62, 1 << 63, 1<<64 - 8, 1<<64 - 1} {
		_, err := Decode(append(binary.LittleEndian.AppendUint64(nil, length), "{}"...))
		wantError(t, err, "the format allows 100000000")
	}
	for _, length := range []uint64{3, maxHeader} {
		_, err := Decode(append(binary.LittleEndian.AppendUint64(nil, length), "{}"...))
		wantError(t, err, fmt.Sprintf("cut off: its header ends at byte %d, the file at byte 10", length+8))
	}
}

// Catches a short file that is read as zeros, as a smaller model, or refused for
// a reason that leads the user astray.
func TestDecodeRefusesEveryTruncation(t *testing.T) {
	whole := encoded(t, small())
	for n := range whole {
		f, err := Decode(whole[:n])
		if f != nil {
			t.Fatalf("%d of %d bytes were accepted", n, len(whole))
		}
		wantError(t, err, "the file is cut off")
	}
}

// Catches a bit that the checksum does not cover, or that turns it off.
func TestDecodeNoticesEveryFlippedBit(t *testing.T) {
	f := small()
	f.Metadata["a\n\u2028<"] = "LLL\\\" ] } , : 0"
	f.Tensors = append(f.Tensors,
		FromBytes("__metadatb__", nil, []byte{1}), // one bit from the reserved name
		FromFloat32s("empty", []int{0, 2}, nil),
		FromFloat32s("empty too", []int{2, 0}, nil))
	whole := encoded(t, f)
	want, err := Decode(whole)
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for bit := range 8 * len(whole) {
		damaged := bytes.Clone(whole)
		damaged[bit/8] ^= 1 << (bit % 8)
		got, err := Decode(damaged)
		if err != nil {
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("bit %d of byte %d: accepted as %+v", bit%8, bit/8, got)
		}
		accepted++
	}
	t.Logf("%d flips, of which %d change nothing that is read", 8*len(whole), accepted)
}

// Catches a checksum that leaves something out or in which two Files that differ
// look alike, such as one whose names and data are only strung together.
func TestDigestCoversEverything(t *testing.T) {
	one := func(name string, dtype Dtype, data string, shape ...int) []Tensor {
		return []Tensor{{Name: name, Dtype: dtype, Shape: shape, Data: []byte(data)}}
	}
	files := []File{
		{},
		{Metadata: map[string]string{"a": "b"}},
		{Metadata: map[string]string{"ab": ""}},
		{Metadata: map[string]string{"": "ab"}},
		{Metadata: map[string]string{"a": "b", "c": "d"}},
		{Metadata: map[string]string{"a": "bcd"}},
		{Tensors: one("a", U8, "bc", 2)},
		{Tensors: one("a", I8, "bc", 2)},
		{Tensors: one("a", U8, "bc", 2, 1)},
		{Tensors: one("a", U8, "bc", 1, 2)},
		{Tensors: one("b", U8, "bc", 2)},
		{Tensors: one("a", U8, "bd", 2)},
		{Tensors: one("aU8", "", "bc", 2)},
		{Tensors: append(one("a", U8, "bc", 2), one("b", U8, "", 0)...)},
	}
	seen := map[string]int{}
	for i, f := range files {
		d := digest(f.Metadata, f.Tensors)
		if j, ok := seen[d]; ok {
			t.Errorf("files %d and %d have the same checksum", i, j)
		}
		seen[d] = i
	}
}
