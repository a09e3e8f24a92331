package train_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-222a112c/lstm/train"
)

// Files of a user's own, though named much like older checkpoints, stay; those of checkpoints go
// by number, also beyond six digits. Would catch an order by name, and a file that is taken for a
// checkpoint.
func TestPruning(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "checkpoint.safetensors")
	own := []string{"checkpoint-2.safetensors", "checkpoint-0000002.safetensors", "checkpoint-+00002.safetensors", "checkpoint-notes.safetensors", "checkpoint-000003.txt", "my-checkpoint-000003.safetensors"}
	later := []string{"checkpoint-1000000.safetensors", "checkpoint-999999.safetensors"}
	for _, name := range append(own, later...) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, _, err := fitSlope(t, 0, points{{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}, nil, train.Settings{
		Optimizer: sgd(0.01), Checkpoints: train.Checkpoints{Path: path, Steps: 1, Keep: 3}}); err != nil {
		t.Fatal(err)
	}
	left := contents(t, folder)
	for _, name := range append(own, later...) { // those of later steps are of a training that went another way
		if left[name] != name {
			t.Errorf("%s is gone", name)
		}
	}
	for name, want := range map[string]bool{"checkpoint.safetensors": true, "checkpoint-000005.safetensors": true, "checkpoint-000004.safetensors": true, "checkpoint-000003.safetensors": false} {
		if _, ok := left[name]; ok != want {
			t.Errorf("%s is there: %t, want %t", name, ok, want)
		}
	}
}

// Of steps beyond a million the oldest checkpoint goes first, though its name sorts last.
func TestPruningByNumber(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "c")
	if _, _, _, err := fitSlope(t, 0, points{{1, 1}}, nil, train.Settings{Checkpoints: train.Checkpoints{Path: path}}); err != nil {
		t.Fatal(err)
	}
	from, err := train.ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	from.SetStep(1_000_002)
	for _, step := range []int{999_998, 999_999, 1_000_000, 1_000_001} {
		if err := os.WriteFile(fmt.Sprintf("%s-%06d", path, step), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, _ := newSlope(slopeShape{})
	if _, err := train.Fit(t.Context(), m, points{{1, 1}}, nil, train.Settings{MaxSteps: 1, From: from, Checkpoints: train.Checkpoints{Path: path, Keep: 3}}); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range contents(t, folder) {
		names = append(names, name)
	}
	if got := strings.Join(names, " "); len(names) != 3 || !strings.Contains(got, "c-1000000") || !strings.Contains(got, "c-1000001") {
		t.Errorf("%s are left, want c, c-1000000 and c-1000001", got)
	}
}

// When the time between checkpoints has passed there is one, and then none before it has passed
// again. Would catch a checkpoint after each step from then on.
func TestOneCheckpointAnInterval(t *testing.T) {
	const interval = 2 * time.Second
	path := filepath.Join(t.TempDir(), "c")
	var saved []int
	var slept time.Time
	_, _, _, err := fitSlope(t, 0, points{{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}, nil, train.Settings{
		Optimizer: sgd(0.01), Checkpoints: train.Checkpoints{Path: path, Every: interval}, Callbacks: []train.Callback{
			train.CallbackFunc(func(e train.Event) error {
				c, err := train.ReadCheckpoint(path)
				if err != nil {
					return err
				}
				if saved = append(saved, c.Step()); e.Step == 3 {
					time.Sleep(interval)
					slept = time.Now()
				}
				return nil
			})}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "[0 0 0 3 3 3]"; fmt.Sprint(saved) != want && time.Since(slept) < interval {
		t.Errorf("the checkpoints are of steps %v, want %s", saved, want)
	}
}

// A checkpoint without a checksum is refused.
func TestCheckpointWithoutAChecksum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	if _, _, _, err := fitSlope(t, 0, points{{1, 1}}, nil, train.Settings{Checkpoints: train.Checkpoints{Path: path}}); err != nil {
		t.Fatal(err)
	}
	bare := damaged(t, path, func(b []byte) []byte {
		n := binary.LittleEndian.Uint64(b)
		var header map[string]map[string]any
		if err := json.Unmarshal(b[8:8+n], &header); err != nil {
			t.Fatal(err)
		}
		if header["__metadata__"]["sha256"] == nil {
			t.Fatal("there is no checksum to take away")
		}
		delete(header["__metadata__"], "sha256")
		text, err := json.Marshal(header)
		if err != nil {
			t.Fatal(err)
		}
		for len(text)%8 > 0 {
			text = append(text, ' ')
		}
		return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), b[8+n:]...)
	})
	_, read := train.ReadCheckpoint(bare)
	_, loaded := train.Load(bare)
	for _, err := range []error{read, loaded} {
		if err == nil || !strings.Contains(err.Error(), "no checksum") {
			t.Errorf("error %v for a checkpoint without a checksum", err)
		}
	}
}
