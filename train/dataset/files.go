package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/seed-222a112c/lstm/train/format"
)

// A File is a file that a data set is read from.
type File struct {
	Option string // that names it, as a flag: data, valid or test
	Path   string // GoSourceName for Go source text
	SHA256 string // of its content or, of a folder or a pattern, of the names and checksums of its files
}

// GoSourceName stands for a path where text comes from the Go toolchain.
const GoSourceName = "Go source text"

// Files returns the files of the data set with their checksums, by which a training that is continued
// knows that it has the data that it began with. It is a *format.Error if one cannot be read.
func (o *Options) Files() ([]File, error) {
	var files []File
	for _, path := range o.Data {
		files = append(files, File{Option: "data", Path: path})
	}
	if o.Valid != "" {
		files = append(files, File{Option: "valid", Path: o.Valid})
	}
	if o.Test != "" {
		files = append(files, File{Option: "test", Path: o.Test})
	}
	for i := range files {
		var err error
		if files[i].SHA256, err = checksum(files[i].Path); err != nil {
			return nil, err
		}
	}
	if len(o.Data) > 0 {
		return files, nil
	}
	content, _, err := format.GoSource(GoSourceBytes)
	sum := sha256.Sum256(content)
	return append(files, File{"data", GoSourceName, hex.EncodeToString(sum[:])}), err
}

// checksum returns the SHA-256 of a file or, of a folder or a pattern, that of the names
// and checksums of the files that it stands for.
func checksum(path string) (string, error) {
	files, err := format.RecordingFiles(path)
	if err != nil {
		return "", err
	}
	if len(files) == 1 && files[0] == path {
		return fileChecksum(path)
	}
	all := sha256.New()
	for _, file := range files {
		sum, err := fileChecksum(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(all, "%s %s\n", filepath.Base(file), sum)
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}

func fileChecksum(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", &format.Error{File: path, Problem: "cannot be read", Err: err}
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", &format.Error{File: path, Problem: "cannot be read", Err: err}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
