package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// Runs that an earlier state of this program left in testdata/before go on, and their models are
// read. Without an embedding they come to the very file that the earlier program came to; the two
// with one differ from it in the last bits, since gradients of lookups add up in float64. Would
// catch a model file or a checkpoint that is read no more, or in another way.
func TestRunsOfBefore(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "before"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	for run, test := range map[string]struct{ data, want string }{
		"char":     {"rhyme.txt", "ce8751829cc081b1fbfd5702f79478b2469b367d0143d9d5f13ab30476df9435"},
		"tag":      {"tags.conll", "6b2c3891b26ea156230ad031b3c14fb78b57217b9856fa4ed7967d762f944647"},
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
