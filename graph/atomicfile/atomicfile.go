// Package atomicfile replaces files as a whole or not at all.
package atomicfile

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pkg/errors"
)

// Write makes the file of the given path what write writes, so that the path never names anything
// but the whole old file or the whole new one, whenever the program or the machine stops. It writes
// to a temporary file in the same folder, named path.0.tmp or with the next free number, has the
// operating system store it, and renames it.
//
// After an error, which names the path, the old file is still there and the temporary one is gone,
// with one exception, of which the error tells: the new file was put in place but the folder could
// not be stored, so a power failure may bring the old file back. A program that is killed can leave
// the temporary file behind.
func Write(path string, write func(io.Writer) error) error {
	return writeOn(realDisk{}, path, write)
}

// A disk is what an atomic write needs of a file system.
type disk interface {
	createBeside(path string) (file, error) // a new file in the folder of path
	rename(from, to string) error
	remove(path string) error
	syncFolder(path string) error
}

type file interface {
	io.Writer
	Name() string
	Sync() error
	Close() error
}

func writeOn(d disk, path string, write func(io.Writer) error) error {
	temporary, err := d.createBeside(path)
	if err != nil {
		return errors.Wrapf(err, "%s: creating a temporary file", path)
	}
	err = fill(temporary, write)
	if err == nil {
		err = errors.Wrap(d.rename(temporary.Name(), path), "renaming the temporary file")
	}
	if err != nil {
		// The first error is the one to tell of.
		_ = d.remove(temporary.Name())
		return errors.WithMessage(err, path)
	}
	return errors.Wrapf(d.syncFolder(filepath.Dir(path)),
		"%s: the new file is in place, but a power failure may bring back the old one: storing the folder", path)
}

// fill writes, stores and closes a file.
func fill(f file, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(f, 1<<16)
	err := write(buffered)
	if err == nil {
		err = errors.Wrap(buffered.Flush(), "writing the temporary file")
	}
	if err == nil {
		err = errors.Wrap(f.Sync(), "storing the temporary file")
	}
	if closing := f.Close(); err == nil {
		err = errors.Wrap(closing, "closing the temporary file")
	}
	return err
}

// realDisk is the file system of the machine.
type realDisk struct{}

func (realDisk) createBeside(path string) (file, error) {
	for i := 0; ; i++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.%d.tmp", path, i), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			return f, nil
		}
		if !os.IsExist(err) {
			return nil, err
		}
	}
}

func (realDisk) rename(from, to string) error { return os.Rename(from, to) }
func (realDisk) remove(path string) error     { return os.Remove(path) }

func (realDisk) syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // which has no way to store a folder
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
