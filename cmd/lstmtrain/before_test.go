package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// Runs that an earlier state of this program left in testdata/before go on to the model files that
// it came to itself, and their models are read. Would catch a model file or a checkpoint that is
// read no more, or in another way.
func TestRunsOfBefore(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "before"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	for run, test := range map[string]struct{ data, want string }{
		"char":     {"rhyme.txt", "ed2c9b04f3f7ef8104194ec860e59ca3a4e952ac5a1edba3a66abb25b56b7e65"},
		"tag":      {"tags.conll", "f505ce29016ee71f408b97ce59bbf566340560bae8d9fa30a639d6e783150a9f"},
		"forecast": {"waves.csv", "e3434236f247eaea2d2780c0c0dccaaa63cffdc1c753e244d38cd2bec6add626"},
	} {
		succeed(t, "", "eval", run, "--data", test.data)
		succeed(t, "", "resume", run, "--override", "epochs=3", "--quiet")
		sum := sha256.Sum256(read(t, filepath.Join(run, "model.safetensors")))
		if got := hex.EncodeToString(sum[:]); got != test.want {
			t.Errorf("%s: SHA-256 of the model file %.12s…, want %.12s…", run, got, test.want)
		}
	}
}
