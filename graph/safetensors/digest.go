package safetensors

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"math/bits"
	"slices"

	"github.com/pkg/errors"
)

// digestKey is the key of the checksum in the metadata.
const digestKey = "sha256"

// digest returns the checksum of metadata and tensors, which must be in canonical
// order. Every string, list and datum is preceded by its length, so that no two
// files have the same encoding.
func digest(metadata map[string]string, tensors []Tensor) string {
	d := digester{sha256.New()}
	d.number(len(metadata))
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		d.bytes([]byte(key))
		d.bytes([]byte(metadata[key]))
	}
	d.number(len(tensors))
	for _, t := range tensors {
		d.bytes([]byte(t.Name))
		d.bytes([]byte(t.Dtype))
		d.number(len(t.Shape))
		for _, n := range t.Shape {
			d.number(n)
		}
		d.bytes(t.Data)
	}
	return hex.EncodeToString(d.Sum(nil))
}

type digester struct{ hash.Hash }

func (d digester) number(n int) {
	d.Write(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func (d digester) bytes(b []byte) {
	d.number(len(b))
	d.Write(b)
}

// verify takes the checksum out of the file's metadata and compares it with the
// rest. It does nothing if there is none.
func (f *File) verify() error {
	for key := range f.Metadata {
		if isDamagedDigestKey(key) {
			return errors.Errorf("metadata key %q: expected %q; the file is damaged", key, digestKey)
		}
	}
	want, ok := f.Metadata[digestKey]
	if !ok {
		return nil
	}
	delete(f.Metadata, digestKey)
	if len(f.Metadata) == 0 {
		f.Metadata = nil
	}
	if got := digest(f.Metadata, f.Tensors); got != want {
		return errors.Errorf("the checksum is %s, the file says %s; the file is damaged", got, want)
	}
	f.Verified = true
	return nil
}

// isDamagedDigestKey reports whether key is digestKey with one bit flipped, which
// would otherwise turn the check off.
func isDamagedDigestKey(key string) bool {
	if len(key) != len(digestKey) {
		return false
	}
	flipped := 0
	for i := range len(key) {
		flipped += bits.OnesCount8(key[i] ^ digestKey[i])
	}
	return flipped == 1
}
