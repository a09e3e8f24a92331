package safetensors

import (
	"runtime"
	"strings"
	"testing"
)

// mayAllocate returns the memory that Decode may allocate, in all, over an input
// of n bytes. The worst input, of 61 bytes a byte, is a header full of shapes of
// one-digit numbers, each of which is a token, a string and an int.
func mayAllocate(n int) uint64 { return 1<<16 + 80*uint64(n) }

// decodeMeasured decodes data and fails the test if that took too much memory.
func decodeMeasured(t *testing.T, data []byte) (*File, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := Decode(data)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > mayAllocate(len(data)) {
		t.Errorf("decoding %d bytes allocated %d bytes, expected at most %d", len(data), got, mayAllocate(len(data)))
	}
	return f, err
}

// FuzzDecode catches a panic, memory taken on the header's word, and a file that
// is read but cannot be written and read again as the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(smallBytes))
	f.Add(fileOf(`{}`, ""))
	f.Add(fileOf(`{"__metadata__":{"a":"\ud800","b":""}}  `, ""))
	f.Add(fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "abcd"))
	f.Add(fileOf(`{"e":{"dtype":"F4","shape":[2,0],"data_offsets":[1,1]},"w":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[1,4]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, "abcd"))
	f.Add(fileOf(`{"w":{"dtype":"F64","shape":[9223372036854775807,2],"data_offsets":[0,18446744073709551615]}}`, ""))
	f.Add([]byte("\x00\xe1\xf5\x05\x00\x00\x00\x00{"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := decodeMeasured(t, data)
		if err != nil {
			if file != nil {
				t.Fatalf("both a file and the error %v", err)
			}
			return
		}
		again, err := Decode(encoded(t, file))
		if err != nil || !again.Verified || !sameFile(file, again) {
			t.Errorf("read %+v, wrote it and read %+v, %v", file, again, err)
		}
	})
}

// Catches a header that makes the reader allocate far more than the file is long.
func TestDecodeAllocatesLittle(t *testing.T) {
	for name, header := range map[string]string{
		"many dimensions": `{"w":{"dtype":"U8","shape":[` + strings.Repeat("1,", 1<<20) + `1],"data_offsets":[0,1]}}`,
		"deep nesting":    `{"w":` + strings.Repeat(`{"w":`, 1<<20),
		"many arrays":     `{"w":{"dtype":"U8","shape":` + strings.Repeat("[", 1<<20),
		"many braces":     strings.Repeat("{", 1<<20),
		"one long key":    `{"` + strings.Repeat("k", 1<<21) + `":`,
		"many keys":       manyKeys(1 << 17),
		"many tensors":    `{` + strings.Repeat(`"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},`, 1<<15),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := decodeMeasured(t, fileOf(header, "")); err == nil {
				t.Error("accepted")
			}
		})
	}
}

// manyKeys returns a header with n different metadata keys that ends too early.
func manyKeys(n int) string {
	var b strings.Builder
	b.WriteString(`{"__metadata__":{`)
	for i := range n {
		b.WriteString(`"` + string(rune(0x10000+i)) + `":"",`)
	}
	return b.String()
}
