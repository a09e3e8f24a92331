// Package safetensors reads and writes the safetensors format, in which models
// are exchanged between PyTorch, Keras, candle, MLX and others. It treats every
// file as hostile.
//
// A file is the length N of its header as 8 little-endian bytes, the header,
// which is N bytes of JSON, and the data of the tensors, row-major and
// little-endian:
//
//	{"__metadata__": {"key": "value", ...},
//	 "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
//
// Offsets count from the end of the header, and the tensors fill the rest of the
// file without gap or overlap. The format is described at [safetensors].
//
// Two things are added that the format leaves out, without leaving the format:
// files are written atomically, and they hold a checksum.
//
// # Checksum
//
// Encode adds a metadata entry named sha256, the lower-case hexadecimal SHA-256
// of everything in the File: the other metadata and the names, dtypes, shapes and
// data of the tensors. Decode checks it, removes it from the metadata and sets
// [File.Verified]. A file by another writer has none and is accepted without, so
// a program that reads back its own files should insist on Verified. No flip of a
// single bit of a file written by this package goes unnoticed: the file is
// refused, or it decodes to the same File. A program that changes such a file by
// other means must remove the entry.
//
// [safetensors]: https://github.com/huggingface/safetensors
package safetensors

import (
	"cmp"
	"slices"
	"strings"
)

const (
	maxHeader   = 100_000_000    // the format's limit of the header's length, in bytes
	maxRank     = 64             // more dimensions than any writer has; bounds the memory that a header can ask for
	prefix      = 8              // bytes that hold the header's length; the header is padded to a multiple of it
	metadataKey = "__metadata__" // the one key of the header that names no tensor
)

// A File is the contents of a safetensors file.
type File struct {
	// Metadata is free text by key. It is nil if there is none. The key sha256 is
	// reserved for the checksum.
	Metadata map[string]string

	// Tensors, of distinct names. Decode returns them, and Encode writes them, by
	// falling size of their elements, so that each is aligned, and then by name.
	Tensors []Tensor

	// Verified is set by Decode if the file held a checksum, which then was right.
	// Encode ignores it.
	Verified bool
}

// Tensor returns the tensor of the given name and whether there is one.
func (f *File) Tensor(name string) (Tensor, bool) {
	i := slices.IndexFunc(f.Tensors, func(t Tensor) bool { return t.Name == name })
	if i < 0 {
		return Tensor{}, false
	}
	return f.Tensors[i], true
}

// canonical returns the tensors in the order in which they are written.
func canonical(tensors []Tensor) []Tensor {
	return slices.SortedFunc(slices.Values(tensors), func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(bitsOf[b.Dtype], bitsOf[a.Dtype]), strings.Compare(a.Name, b.Name))
	})
}
