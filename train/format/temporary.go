package format

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"unsafe"
)

// A temporary is a file that holds what would otherwise be in memory: it is written once,
// then mapped, and has no name any more when it is closed. What is mapped stays as long as
// the program runs.
type temporary struct {
	file *os.File
	*bufio.Writer
}

func newTemporary() (*temporary, error) {
	file, err := os.CreateTemp("", "lstm-*.tmp")
	if err != nil {
		return nil, err
	}
	return &temporary{file, bufio.NewWriterSize(file, 1<<18)}, nil
}

// content returns what was written, mapped where the system can.
func (t *temporary) content() (string, error) {
	if err := t.Flush(); err != nil {
		return "", err
	}
	if content, ok := mapFile(t.file); ok {
		return content, nil
	}
	content, err := os.ReadFile(t.file.Name())
	return string(content), err
}

func (t *temporary) close() {
	t.file.Close()
	os.Remove(t.file.Name())
}

// noTemporary says that a file is too large for memory and that there is no room for it
// elsewhere.
func noTemporary(path string, err error) error {
	return &Error{File: path, Err: err, Problem: fmt.Sprintf(
		"its content does not go into a temporary file: %v; make room there, or name another folder in TMPDIR", err)}
}

// inMemory is how many numbers a numberList keeps in memory: 32 MB.
var inMemory = 1 << 22

// A numberList takes numbers one after the other. If they become many, it keeps them in a
// temporary file.
type numberList struct {
	few  []float64
	many *temporary
}

// add takes some numbers more.
func (l *numberList) add(x ...float64) error {
	if l.many == nil && len(l.few)+len(x) <= inMemory {
		l.few = append(l.few, x...)
		return nil
	}
	if l.many == nil {
		var err error
		if l.many, err = newTemporary(); err != nil {
			return err
		}
		if err := l.write(l.few); err != nil {
			return err
		}
		l.few = nil
	}
	return l.write(x)
}

func (l *numberList) write(x []float64) error {
	var bytes [8]byte
	for _, v := range x {
		binary.NativeEndian.PutUint64(bytes[:], math.Float64bits(v))
		if _, err := l.many.Write(bytes[:]); err != nil {
			return err
		}
	}
	return nil
}

// all returns the numbers, which must not be changed.
func (l *numberList) all() ([]float64, error) {
	if l.many == nil {
		return l.few, nil
	}
	content, err := l.many.content()
	if err != nil {
		return nil, err
	}
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.StringData(content))), len(content)/8), nil
}

// close lets go of the file's name.
func (l *numberList) close() {
	if l.many != nil {
		l.many.close()
	}
}
