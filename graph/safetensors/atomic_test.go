package safetensors

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// Catches a file that is not where it was asked for, or not readable by those
// whom the user's umask lets read.
func TestWriteFileThenReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	for _, f := range []*File{{Metadata: map[string]string{"first": "1"}}, small()} {
		if err := WriteFile(path, f); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(path)
		if err != nil || !sameFile(got, f) || !got.Verified {
			t.Fatalf("got %+v, %v; want %+v, verified", got, err, f)
		}
	}
	wantFolder(t, path, smallBytes)

	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if got, want := mode(t, path), mode(t, plain); got != want {
		t.Errorf("mode %v, expected %v, as of any new file", got, want)
	}
}

// Catches an error that does not name the file.
func TestReadFileNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	_, err := ReadFile(path)
	wantError(t, err, path)
	if err := os.WriteFile(path, []byte("short"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = ReadFile(path)
	wantError(t, err, path+": safetensors: cannot decode: the file is cut off: it has 5 bytes")
}

// Catches a failed write, or a rename that cannot be, that costs the old file or
// leaves the temporary one.
func TestWriteFileFailureLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := WriteFile(path, small()); err != nil {
		t.Fatal(err)
	}
	wantError(t, WriteFile(path, &File{Tensors: []Tensor{{Name: "bad"}}}), `tensor "bad": unknown dtype`)
	wantFolder(t, path, smallBytes)

	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.MkdirAll(filepath.Join(folder, "inside"), 0o777); err != nil {
		t.Fatal(err)
	}
	wantError(t, WriteFile(folder, small()), folder)
	if _, err := os.Stat(folder + ".0.tmp"); !os.IsNotExist(err) {
		t.Errorf("the temporary file is still there: %v", err)
	}
	wantError(t, WriteFile(filepath.Join(folder, "none", "model"), small()), "creating a temporary file")
}

// Catches a temporary file of another program, or of one that was killed, that is
// overwritten or that stops the write.
func TestWriteFileBesideAnotherTemporaryFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(path+".0.tmp", []byte("another's"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, small()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path + ".0.tmp"); err != nil || string(got) != "another's" {
		t.Errorf("the other temporary file holds %q, %v", got, err)
	}
}

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
		err := writeAtomically(d, "folder/model", write)
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
			wantError(t, err, "the new file is in place")
		}
		wantError(t, err, "folder/model: ")
		wantError(t, err, "injected into "+d.steps[fail])
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

// wantFolder checks that the folder of path holds that file only, with the given
// content.
func wantFolder(t *testing.T, path, content string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if strings.Join(names, " ") != filepath.Base(path) {
		t.Errorf("the folder holds %v, expected %s only", names, filepath.Base(path))
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != content {
		t.Errorf("the file holds %q, %v; want %q", got, err, content)
	}
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}
