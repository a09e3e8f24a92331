package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A digested training is a short one whose model file has stayed the same, byte for byte.
type digested struct {
	content string   // of the data file; recordings if empty
	size    []string // flags of all its trainings, small or smallNumbers
	flags   string
}

var digestedTrainings = map[string]digested{
	"characters":                 {rhyme, small, "--steps 10 --layers 2"},
	"bytes, peephole":            {rhyme, small, "--steps 10 --unit byte --cell peephole --bptt 4 --schedule step:every=20,gamma=0.5"},
	"words, dropout, zoneout":    {rhyme, small, "--task word --steps 5 --dropout 0.2 --zoneout 0.1 --recurrent-dropout 0.1 --optimizer adamw"},
	"words, tied, mean":          {rhyme, smallNumbers, "--task word --steps 5 --tie --average 0.9 --accumulate 2"},
	"texts, layer norm":          {spam, small, "--task classify --cell layernorm --pool mean --optimizer momentum"},
	"texts, blocks":              {spam, small, "--task classify --cell gru --block 3 --workers 1"},
	"tags, both directions":      {tags, small, "--task tag --bidirectional --affixes 2 --layers 2"},
	"series, xLSTM":              {slopes(), smallNumbers, "--task classify --format ts --cell slstm --clip-value 0.1"},
	"forecast":                   {waves(120), smallNumbers, "--task forecast --target level --input noise --horizon 3 --season 8 --steps 8 --relative --cell mlstm"},
	"notes":                      {scale(16), smallNumbers, "--task notes --cell lstm-1997 --optimizer rmsprop"},
	"recordings":                 {"", smallNumbers, "--task classify --format wav --cell cifg --init chrono:9"},
	"characters, reference":      {rhyme, small, "--steps 6 --engine reference --max-steps 12 --cell rnn"},
	"tags, reference":            {tags, small, "--task tag --engine reference --cell gru-original --patience 1"},
	"characters, large, sgd":     {rhyme, nil, "--steps 20 --hidden 150 --layers 1 --embed 70 --batch 12 --max-steps 6 --optimizer sgd --forget-bias 2"},
	"texts, max, init, nesterov": {spam, small, "--task classify --pool max --init zaremba:0.1 --optimizer nesterov --bidirectional"},
}

var recordDigests = flag.Bool("record", false, "write testdata/digests.json anew")

// Twelve and more trainings give the model files that they gave when testdata/digests.json was
// written, with one worker and with two. Would catch a change of a single bit of a weight, of the
// order of the data, of random numbers, and of the format of the file. A deliberate change is
// recorded with
//
//	go test ./cmd/lstmtrain -run TestDigests -record
func TestDigests(t *testing.T) {
	path := filepath.Join("testdata", "digests.json")
	want, got := map[string]string{}, map[string]string{}
	if err := json.Unmarshal(read(t, path), &want); err != nil {
		t.Fatal(err)
	}
	for name, d := range digestedTrainings {
		for _, workers := range []string{"1", "2"} {
			sum := d.digest(t, workers)
			if known, ok := got[name]; ok && known != sum {
				t.Errorf("%s: the model file of two workers is another than that of one", name)
			}
			got[name] = sum
		}
	}
	if *recordDigests {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if got[name] != want[name] {
			t.Errorf("%s: SHA-256 of the model file %.12s…, want %.12s…", name, got[name], want[name])
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d digests are recorded of %d trainings", len(want), len(got))
	}
}

// digest trains and returns the SHA-256 of the model file.
func (d digested) digest(t *testing.T, workers string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	file := filepath.Join(t.TempDir(), "data")
	if d.content == "" {
		file = tones(t, 8000, 6)
	} else {
		write(t, file, d.content)
	}
	args := slices.Concat([]string{"train", "--data", file, "--out", out, "--split", "0.8,0.1,0.1", "--quiet"}, d.size, strings.Fields(d.flags))
	if !slices.Contains(args, "--workers") && !slices.Contains(args, "--engine") {
		args = append(args, "--workers", workers)
	}
	succeed(t, "", args...)
	sum := sha256.Sum256(read(t, filepath.Join(out, "model.safetensors")))
	return hex.EncodeToString(sum[:])
}
