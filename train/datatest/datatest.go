// Package datatest finds the known data sets that tests read, which lie beside the repository.
package datatest

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of a file, or of a folder, of ../shared/data beside the repository. Where it
// is not there the test is skipped, but fails in continuous integration, where the environment
// variable CI is set and the data sets are wanted.
func Path(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(root(t), "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		missing(t, name, os.Getenv("CI") != "")
	}
	return path
}

func missing(t testing.TB, name string, wanted bool) {
	t.Helper()
	if wanted {
		t.Fatalf("the data set %s is not on this machine, and CI is set", name)
	}
	t.Skipf("the data set %s is not on this machine", name)
}

// root returns the folder of go.mod.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(folder, "go.mod")); missing == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			err = os.ErrNotExist
		}
		folder = above
	}
	t.Fatalf("looking for go.mod: %v", err)
	return ""
}
