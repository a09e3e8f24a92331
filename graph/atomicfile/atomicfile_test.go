package atomicfile

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// Catches a step that is left out or out of order: data that is not stored before
// the rename, a folder that is not stored after it, an error that is swallowed.
// Every step fails once, first the first, then the second, until none does.
func TestWriteSurvivesAFailureOfEveryStep(t *testing.T) {
	old, new := []byte("old"), bytes.Repeat([]byte("new "), 50_000)
	write := func(w io.Writer) error {
		if _, err := w.Write(new[:10]); err != nil { // less than a buffer
			return err
		}
		if _, err := w.Write(new[10 : len(new)-10]); err != nil { // more than one
			return err
		}
		_, err := w.Write(new[len(new)-10:])
		return err
	}
	for fail := 0; ; fail++ {
		d := &failingDisk{failAt: fail, files: map[string][]byte{"folder/model": old}}
		err := writeOn(d, "folder/model", write)
		if fail == len(d.steps) {
			if err != nil {
				t.Fatalf("no step failed, but the write: %v", err)
			}
			want := []string{"create", "write", "write", "write", "sync", "close", "rename", "sync folder"}
			if !slices.Equal(d.steps, want) {
				t.Errorf("steps %v, expected %v", d.steps, want)
			}
			return
		}
		content := old
		if d.steps[fail] == "sync folder" {
			content = new
			expect(t, err, "the new file is in place")
		}
		expect(t, err, "folder/model: ")
		expect(t, err, "injected into "+d.steps[fail])
		if len(d.files) != 1 || !bytes.Equal(d.files["folder/model"], content) {
			t.Errorf("%s failed: files %q", d.steps[fail], d.files)
		}
	}
}

// A failingDisk is a disk in memory whose step number failAt fails; a write that
// fails has written half.
type failingDisk struct {
	files  map[string][]byte
	steps  []string
	failAt int
}

func (d *failingDisk) step(name string) error {
	d.steps = append(d.steps, name)
	if len(d.steps)-1 == d.failAt {
		return errors.New("injected into " + name)
	}
	return nil
}

func (d *failingDisk) createBeside(path string) (file, error) {
	if err := d.step("create"); err != nil {
		return nil, err
	}
	d.files[path+".tmp"] = nil
	return &failingFile{d, path + ".tmp"}, nil
}

func (d *failingDisk) rename(from, to string) error {
	if err := d.step("rename"); err != nil {
		return err
	}
	d.files[to] = d.files[from]
	delete(d.files, from)
	return nil
}

func (d *failingDisk) remove(path string) error {
	delete(d.files, path)
	return nil
}

func (d *failingDisk) syncFolder(path string) error { return d.step("sync " + path) }

type failingFile struct {
	disk *failingDisk
	name string
}

func (f *failingFile) Name() string { return f.name }
func (f *failingFile) Sync() error  { return f.disk.step("sync") }
func (f *failingFile) Close() error { return f.disk.step("close") }

func (f *failingFile) Write(p []byte) (int, error) {
	err := f.disk.step("write")
	if err != nil {
		p = p[:len(p)/2]
	}
	f.disk.files[f.name] = append(f.disk.files[f.name], p...)
	return len(p), err
}

func expect(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want one that says %q", err, want)
	}
}
