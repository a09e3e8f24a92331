package datatest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// A tester is told what becomes of a test.
type tester struct {
	testing.TB
	end string
}

func (t *tester) Helper()               {}
func (t *tester) Skipf(string, ...any)  { t.end = "skipped"; runtime.Goexit() }
func (t *tester) Fatalf(string, ...any) { t.end = "failed"; runtime.Goexit() }

// A data set that is missing skips a test on a machine of somebody's, and fails it where CI is set.
// Would catch a test that is skipped in silence where it is to run.
func TestMissing(t *testing.T) {
	for ci, want := range map[string]string{"": "skipped", "true": "failed"} {
		t.Setenv("CI", ci)
		fake, done := &tester{}, make(chan struct{})
		go func() {
			defer close(done)
			Path(fake, "none/such.txt")
		}()
		if <-done; fake.end != want {
			t.Errorf("with CI=%s the test is %q, want %q", ci, fake.end, want)
		}
	}
}

// The data sets are looked for beside the repository, wherever in it the test runs.
func TestRoot(t *testing.T) {
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{".", "..", top} {
		t.Chdir(folder)
		if got := root(t); got != top {
			t.Errorf("from %s: %s, want %s", folder, got, top)
		}
	}
	if _, err := os.Stat(filepath.Join(top, "go.mod")); err != nil {
		t.Error(err)
	}
}
