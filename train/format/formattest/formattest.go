// Package formattest helps the tests of packages that read data.
package formattest

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// A Complaint is what a *format.Error is expected to say.
type Complaint struct {
	File  string // without its folder
	Line  int
	Value string
	Texts []string // parts of the message
}

// Expect checks that err is a *format.Error that says it.
func (c Complaint) Expect(t *testing.T, err error) {
	t.Helper()
	var e *format.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *format.Error", err)
	}
	if filepath.Base(e.File) != c.File || e.Line != c.Line || e.Value != c.Value {
		t.Errorf("file %q, line %d, value %q, want %q, %d, %q\n(%v)", e.File, e.Line, e.Value, c.File, c.Line, c.Value, err)
	}
	for _, text := range c.Texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("message %q does not say %q", err, text)
		}
	}
}

// ExpectUsage checks that err blames the call, not the data.
func ExpectUsage(t *testing.T, err error, text string) {
	t.Helper()
	var e *format.Error
	if err == nil || errors.As(err, &e) || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v (%T), want an error that is no *format.Error and says %q", err, err, text)
	}
}

// Write writes a file into a folder of the test, and returns its path.
func Write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Compress returns content as gzip does.
func Compress(t testing.TB, content string) string {
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

// Must returns v, and panics if there is an error.
func Must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}
