package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// Encode writes f to w, with a checksum. The same File gives the same bytes: the
// metadata comes first, by key, then the tensors, by falling size of their
// elements and then by name, in the header as in the data, and spaces pad the
// header to a multiple of 8 bytes. Encode fails, before it has written anything,
// on a File that Decode would refuse.
func Encode(w io.Writer, f *File) error {
	if err := f.check(); err != nil {
		return errors.WithMessage(err, "safetensors: cannot encode")
	}
	tensors := canonical(f.Tensors)
	head, err := header(f.Metadata, tensors)
	if err != nil {
		return errors.WithMessage(err, "safetensors: cannot encode")
	}
	if _, err := w.Write(head); err != nil {
		return errors.Wrap(err, "safetensors: writing the header")
	}
	for _, t := range tensors {
		if _, err := w.Write(t.Data); err != nil {
			return errors.Wrapf(err, "safetensors: writing tensor %q", t.Name)
		}
	}
	return nil
}

// check reports what keeps f from being written.
func (f *File) check() error {
	for key, value := range f.Metadata {
		if key == digestKey || isDamagedDigestKey(key) {
			return errors.Errorf("metadata key %q is reserved for the checksum; use another", key)
		}
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return errors.Errorf("metadata key %q, value %.40q: expected valid UTF-8", key, value)
		}
	}
	seen := make(map[string]bool, len(f.Tensors))
	for _, t := range f.Tensors {
		switch {
		case t.Name == metadataKey:
			return errors.Errorf("a tensor is named %q, which is reserved", metadataKey)
		case !utf8.ValidString(t.Name):
			return errors.Errorf("tensor name %q: expected valid UTF-8", t.Name)
		case seen[t.Name]:
			return errors.Errorf("two tensors are named %q, expected distinct names", t.Name)
		}
		seen[t.Name] = true
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

// header returns the length of the header and the header.
func header(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	withDigest := map[string]string{digestKey: digest(metadata, tensors)}
	maps.Copy(withDigest, metadata)

	var b bytes.Buffer
	b.Write(make([]byte, prefix))
	fmt.Fprintf(&b, `{"%s":{`, metadataKey)
	for i, key := range slices.Sorted(maps.Keys(withDigest)) {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%s:%s", quote(key), quote(withDigest[key]))
	}
	b.WriteByte('}')
	begin := 0
	for _, t := range tensors {
		end := begin + len(t.Data)
		shape := strings.ReplaceAll(fmt.Sprint(t.Shape), " ", ",")
		fmt.Fprintf(&b, `,%s:{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`, quote(t.Name), t.Dtype, shape, begin, end)
		begin = end
	}
	b.WriteByte('}')
	for b.Len()%prefix != 0 {
		b.WriteByte(' ')
	}
	n := b.Len() - prefix
	if n > maxHeader {
		return nil, errors.Errorf("the header takes %d bytes, the format allows %d; shorten the metadata", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(n))
	return b.Bytes(), nil
}

// quote returns s, which is valid UTF-8, as JSON.
func quote(s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string has no reason to fail
	}
	return quoted
}
