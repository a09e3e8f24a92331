package safetensors

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/pkg/errors"
)

// Decode reads a File from the bytes of a safetensors file. The tensors' data are
// parts of data, not copies.
//
// Decode accepts only what the format allows and nothing that readers could
// understand differently: the header must begin with a brace, be valid UTF-8,
// without a key twice and without an unknown field, and the tensors must fill the
// rest of data exactly. The memory it takes grows with the length of data, never
// with a number that the header claims.
func Decode(data []byte) (*File, error) {
	f, err := decode(data)
	return f, errors.WithMessage(err, "safetensors: cannot decode")
}

func decode(data []byte) (*File, error) {
	head, body, err := split(data)
	if err != nil {
		return nil, err
	}
	metadata, entries, err := parseHeader(head)
	if err != nil {
		return nil, err
	}
	tensors, err := place(entries, body)
	if err != nil {
		return nil, err
	}
	f := &File{Metadata: metadata, Tensors: canonical(tensors)}
	if err := f.verify(); err != nil {
		return nil, err
	}
	return f, nil
}

// split parts a file into its header and the data of its tensors.
func split(data []byte) (head, body []byte, err error) {
	if len(data) < prefix {
		return nil, nil, errors.Errorf("the file is cut off: it has %d bytes, expected at least %d", len(data), prefix)
	}
	n := binary.LittleEndian.Uint64(data)
	rest := data[prefix:]
	if n > maxHeader {
		return nil, nil, errors.Errorf("the first %d bytes give a header of %d bytes, the format allows %d; "+
			"this is no safetensors file, or it is damaged", prefix, n, maxHeader)
	}
	if n > uint64(len(rest)) {
		return nil, nil, errors.Errorf("the file is cut off: its header ends at byte %d, the file at byte %d", prefix+n, len(data))
	}
	return rest[:n], rest[n:], nil
}

// An entry is a tensor as the header describes it: its data are the bytes from
// begin up to end.
type entry struct {
	Tensor
	begin, end int
}

// place gives each entry its part of body, which the entries must fill without
// gap or overlap.
func place(entries []entry, body []byte) ([]Tensor, error) {
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	next := 0
	for _, e := range entries {
		size, err := e.Dtype.size(e.Shape)
		if err != nil {
			return nil, errors.WithMessagef(err, "tensor %q", e.Name)
		}
		if e.begin != next {
			return nil, errors.Errorf("tensor %q: its data begin at offset %d, expected %d, where the tensor before ends",
				e.Name, e.begin, next)
		}
		if e.end-e.begin != size {
			return nil, errors.Errorf("tensor %q: data_offsets [%d, %d] hold %d bytes, expected %d for %s of shape %v",
				e.Name, e.begin, e.end, e.end-e.begin, size, e.Dtype, e.Shape)
		}
		next = e.end
	}
	if next > len(body) {
		return nil, errors.Errorf("the file is cut off: it holds %d bytes of data, its tensors take %d", len(body), next)
	}
	if next < len(body) {
		return nil, errors.Errorf("%d bytes follow the last tensor, expected the end of the file", len(body)-next)
	}
	tensors := make([]Tensor, len(entries))
	for i, e := range entries {
		e.Data = body[e.begin:e.end:e.end]
		tensors[i] = e.Tensor
	}
	return tensors, nil
}
