package record

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// This file holds as much of two formats of TensorFlow as event files need: TFRecord,
//
//	length of the data (8 bytes) · masked CRC of the length (4) · data · masked CRC of the data (4)
//
// little-endian, and the protocol buffers Event and Summary, in the wire format of
// protocol buffers, where a field is a key, 8·number+0, 1, 2 or 5 for a varint, 8 bytes,
// bytes with their length before them, or 4 bytes, and then the value.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked returns the CRC-32C of data, rotated and shifted: a CRC of data that hold their
// own CRC is a weak one.
func masked(data []byte) uint32 {
	c := crc32.Checksum(data, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// appendRecord adds a TFRecord.
func appendRecord(b, data []byte) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, masked(b[start:]))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, masked(data))
}

// cutRecord returns the data of the first TFRecord in b and the length of the record. It
// is not ok if there is no whole record.
func cutRecord(b []byte) (data []byte, n int, ok bool) {
	const head, tail = 12, 4
	if len(b) < head || binary.LittleEndian.Uint32(b[8:]) != masked(b[:8]) {
		return nil, 0, false
	}
	size := binary.LittleEndian.Uint64(b)
	if size > uint64(len(b)) || head+int(size)+tail > len(b) {
		return nil, 0, false
	}
	data = b[head : head+int(size)]
	return data, head + len(data) + tail, binary.LittleEndian.Uint32(b[head+len(data):]) == masked(data)
}

// The fields of Event, Summary and Summary.Value that are used, as keys.
const (
	eventWallTime    = 1<<3 | 1 // double, in seconds
	eventStep        = 2 << 3   // int64, a varint, which is 0
	eventFileVersion = 3<<3 | 2 // string
	eventSummary     = 5<<3 | 2 // Summary
	summaryValue     = 1<<3 | 2 // Value, repeated
	valueTag         = 1<<3 | 2 // string
	valueSimple      = 2<<3 | 5 // float
)

func appendDouble(b []byte, key byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, key), math.Float64bits(x))
}

func appendFloat(b []byte, key byte, x float32) []byte {
	return binary.LittleEndian.AppendUint32(append(b, key), math.Float32bits(x))
}

func appendVarint(b []byte, key byte, n int) []byte {
	return binary.AppendUvarint(append(b, key), uint64(n))
}

func appendBytes[B []byte | string](b []byte, key byte, x B) []byte {
	return append(binary.AppendUvarint(append(b, key), uint64(len(x))), x...)
}

// stepOf returns the step of an Event that this package wrote, in which it follows the
// time, or 0 if it has none.
func stepOf(event []byte) int {
	const at = 1 + 8
	if len(event) <= at || event[at] != eventStep {
		return 0
	}
	step, _ := binary.Uvarint(event[at+1:])
	return int(step)
}
