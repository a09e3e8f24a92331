package data_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"

	"github.com/seed-222a112c/lstm/train/data"
)

// complaint is what an *Error is expected to say.
type complaint struct {
	file  string
	line  int
	value string
	texts []string // parts of the message
}

func (c complaint) expect(t *testing.T, err error) {
	t.Helper()
	var e *data.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *data.Error", err)
	}
	if filepath.Base(e.File) != c.file || e.Line != c.line || e.Value != c.value {
		t.Errorf("file %q, line %d, value %q, want %q, %d, %q\n(%v)", e.File, e.Line, e.Value, c.file, c.line, c.value, err)
	}
	for _, text := range c.texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("message %q does not say %q", err, text)
		}
	}
}

// expectUsage checks that err blames the call, not the data.
func expectUsage(t *testing.T, err error, text string) {
	t.Helper()
	var e *data.Error
	if err == nil || errors.As(err, &e) || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v (%T), want an error that is no *data.Error and says %q", err, err, text)
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func compress(t testing.TB, content string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// dataset returns the path of a data set's file, or skips the test.
func dataset(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("../../../shared/data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the data set %s is not on this machine", name)
	}
	return path
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}
