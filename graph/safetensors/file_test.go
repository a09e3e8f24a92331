package safetensors

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
