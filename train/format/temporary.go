package format

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"unsafe"
)

// A temporary is a file that holds what would otherwise be in memory: it is written once,
// then mapped, and has no name any more when it is closed. What is mapped stays as long as
// the program runs.
type temporary struct {
	file *os.File
	*bufio.Writer
	buffer [8]byte // of a number that is written
}

func newTemporary() (*temporary, error) {
	file, err := os.CreateTemp("", "lstm-*.tmp")
	if err != nil {
		return nil, err
	}
	return &temporary{file: file, Writer: bufio.NewWriterSize(file, 1<<18)}, nil
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

// inMemory is how many numbers a numberList keeps in memory at most: 32 MB.
var inMemory = 1 << 22

// A numberList holds rows of numbers, in memory or, if they are many, in a temporary file.
type numberList struct {
	width int
	few   []float64
	many  *temporary
	next  int // the row that follows the last one in the file's buffer
}

// newNumberList returns a list of rows of width numbers each, which holds no more than most of them
// in memory.
func newNumberList(rows, width, most int) (*numberList, error) {
	l := &numberList{width: width}
	if rows*width <= min(most, inMemory) {
		l.few = make([]float64, rows*width)
		return l, nil
	}
	var err error
	l.many, err = newTemporary()
	return l, err
}

// put sets a row. Each is set once; in a file, rows that follow each other are set fastest.
func (l *numberList) put(row int, x []float64) error {
	if l.many == nil {
		copy(l.few[row*l.width:], x)
		return nil
	}
	if row != l.next {
		if err := l.many.Flush(); err != nil {
			return err
		}
		if _, err := l.many.file.Seek(int64(row)*int64(l.width)*8, io.SeekStart); err != nil {
			return err
		}
	}
	l.next = row + 1
	return l.many.numbers(x)
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
