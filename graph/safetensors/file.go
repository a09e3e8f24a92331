package safetensors

import (
	"io"
	"os"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/atomicfile"
)

// ReadFile reads the safetensors file of the given path, as Decode does.
func ReadFile(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Wrap(err, "safetensors")
	}
	f, err := Decode(data)
	return f, errors.WithMessage(err, path)
}

// WriteFile writes f to the file of the given path, as Encode does, and so that the path never names
// anything but the whole old file or the whole new one; see [atomicfile.Write].
func WriteFile(path string, f *File) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Encode(w, f) })
}
