package train_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/optim"
)

// stateKey is where a checkpoint's metadata hold the counters and sums.
const stateKey = "lstm.state"

// A broken is a training whose checkpoint is tampered with and written again with a right
// checksum, so that all that is left to notice is what it says.
type broken struct {
	settings train.Settings
	whole    []byte
	path     string
}

// newBroken trains some steps of a stream, in the middle of an epoch, with all that there
// can be in a checkpoint.
func newBroken(t testing.TB) *broken {
	t.Helper()
	b := &broken{path: filepath.Join(t.TempDir(), "checkpoint")}
	b.settings = train.Settings{ValidEvery: 4, Accumulate: 2, Average: 0.9, ClipNorm: 1, MaxSteps: 5,
		Checkpoints: train.Checkpoints{Path: b.path}}
	fit(t, newCorpusOf(t, 3), b.fresh())
	var err error
	if b.whole, err = os.ReadFile(b.path); err != nil {
		t.Fatal(err)
	}
	return b
}

// fresh returns the settings with a schedule that knows nothing yet.
func (b *broken) fresh() train.Settings {
	s := b.settings
	s.Schedule = optim.NewPlateau(0.5, 0, 3)
	return s
}

// file returns the checkpoint as it was written.
func (b *broken) file(t testing.TB) *safetensors.File {
	t.Helper()
	f, err := safetensors.Decode(bytes.Clone(b.whole))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// resume writes a checkpoint and continues from it for two steps and a validation. Any panic
// is the test's end. An error must say which file is to blame.
func (b *broken) resume(t testing.TB, f *safetensors.File) error {
	t.Helper()
	if err := safetensors.WriteFile(b.path, f); err != nil {
		return err // it is not even a file
	}
	_, err := train.Load(b.path)
	if err != nil {
		b.blames(t, err)
	}
	from, err := train.ReadCheckpoint(b.path)
	if err == nil {
		c := newCorpusOf(t, 3)
		s := b.fresh()
		s.From, s.MaxSteps, s.Checkpoints = from, min(from.Step(), 1<<20)+2, train.Checkpoints{}
		_, err = train.Fit(t.Context(), c.model, c.train, c.valid, s)
	}
	var diverged *train.DivergedError
	if err != nil && !errors.As(err, &diverged) {
		b.blames(t, err)
	}
	return err
}

func (b *broken) blames(t testing.TB, err error) {
	t.Helper()
	if !strings.Contains(err.Error(), b.path) {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// A checkpoint that lacks a tensor, has one of another shape or format, or lacks something of
// its metadata is refused; and it is not refused if nothing is changed. Would catch anything
// that is read without a look at its size, or silently taken for zeros.
func TestBrokenTensorsAreRefused(t *testing.T) {
	b := newBroken(t)
	if err := b.resume(t, b.file(t)); err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(f *safetensors.File, i int){
		"dropped": func(f *safetensors.File, i int) { f.Tensors = slices.Delete(f.Tensors, i, i+1) },
		"renamed": func(f *safetensors.File, i int) { f.Tensors[i].Name += "x" },
		"empty": func(f *safetensors.File, i int) {
			f.Tensors[i] = safetensors.FromFloat32s(f.Tensors[i].Name, []int{0}, nil)
		},
		"of a byte": func(f *safetensors.File, i int) {
			f.Tensors[i] = safetensors.FromBytes(f.Tensors[i].Name, []int{1}, []byte{1})
		},
		"longer": func(f *safetensors.File, i int) {
			f.Tensors[i].Shape = append([]int{2}, f.Tensors[i].Shape...)
			f.Tensors[i].Data = append(f.Tensors[i].Data, f.Tensors[i].Data...)
		},
	}
	for i, tensor := range b.file(t).Tensors {
		for name, change := range changes {
			if len(tensor.Data) == 0 && name == "longer" || testing.Short() && i%3 > 0 {
				continue
			}
			f := b.file(t)
			change(f, i)
			if err := b.resume(t, f); err == nil {
				t.Errorf("%q %s: no error", tensor.Name, name)
			}
		}
	}
	f := b.file(t)
	f.Tensors = slices.DeleteFunc(f.Tensors, func(t safetensors.Tensor) bool { return strings.HasPrefix(t.Name, "carried/") })
	if err := b.resume(t, f); err == nil || !strings.Contains(err.Error(), "the state that batch 6 starts from") {
		t.Errorf("without any carried state: error %v", err)
	}
	for _, key := range slices.Sorted(maps.Keys(b.file(t).Metadata)) {
		f := b.file(t)
		if delete(f.Metadata, key); !strings.HasPrefix(key, "note.") && b.resume(t, f) == nil {
			t.Errorf("metadata without %q: no error", key)
		}
	}
}

// Whatever number, list or word of a checkpoint's counters and sums is another, there is no
// panic, and counts of another size are refused.
func TestBrokenStates(t *testing.T) {
	b := newBroken(t)
	for i := range leaves(b.state(t)) {
		for _, value := range []string{`-1`, `0`, `1e300`, `0.5`, `null`, `"x"`, `[]`, `[1]`, `[1,2,3]`, `{}`, `9007199254740993`} {
			if testing.Short() && i%3 > 0 {
				continue
			}
			_ = b.resume(t, b.withState(t, i, value))
		}
	}
	for _, want := range []string{`"right":[]`, `"right":[1]`, `"right":[1,2,3]`, `"wrong":[1,2]`, `"right":[1,2],"wrong":[3]`} {
		for _, which := range []int{0, 1} { // of the epoch, and of the best validation
			f := b.file(t)
			parts := strings.Split(f.Metadata[stateKey], `"counts":{`)
			if len(parts) != 3 {
				t.Fatalf("the state is %s", f.Metadata[stateKey])
			}
			_, rest, _ := strings.Cut(parts[which+1], "}")
			parts[which+1] = want + "}" + rest
			f.Metadata[stateKey] = strings.Join(parts, `"counts":{`)
			if err := b.resume(t, f); err == nil || !strings.Contains(err.Error(), "counts") || !strings.Contains(err.Error(), "begin a new run") {
				t.Errorf("counts %s: error %v", want, err)
			}
		}
	}
}

// state returns the checkpoint's counters and sums as JSON.
func (b *broken) state(t testing.TB) any {
	t.Helper()
	var state any
	if err := json.Unmarshal([]byte(b.file(t).Metadata[stateKey]), &state); err != nil {
		t.Fatal(err)
	}
	return state
}

// withState returns the checkpoint with another value in a place of its state.
func (b *broken) withState(t testing.TB, i int, value string) *safetensors.File {
	t.Helper()
	state := b.state(t)
	places := leaves(state)
	places[i%len(places)](json.RawMessage(value))
	text, err := json.Marshal(state)
	if err != nil {
		t.Skip("not JSON")
	}
	f := b.file(t)
	f.Metadata[stateKey] = string(text)
	return f
}

// leaves returns functions that replace the values of a JSON object, and those in them.
func leaves(of any) (all []func(any)) {
	switch of := of.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(of)) {
			all = append(all, func(v any) { of[key] = v })
			all = append(all, leaves(of[key])...)
		}
	case []any:
		for i := range of {
			all = append(all, func(v any) { of[i] = v })
			all = append(all, leaves(of[i])...)
		}
	}
	return all
}

// FuzzReadCheckpoint catches a panic, and an error that does not name the file, whatever in a
// checkpoint is changed: its state, its other metadata, its tensors or its bytes.
func FuzzReadCheckpoint(f *testing.F) {
	b := newBroken(f)
	for kind := range 5 {
		for i, value := range []string{"1", "-1", "{}", "x"} {
			f.Add(uint8(kind), uint16(7*i), value)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, which uint16, value string) {
		file, i := b.file(t), int(which)
		tensor := &file.Tensors[i%len(file.Tensors)]
		switch kind % 5 {
		case 0:
			file = b.withState(t, i, value)
		case 1:
			keys := slices.Sorted(maps.Keys(file.Metadata))
			file.Metadata[keys[i%len(keys)]] = value
		case 2:
			*tensor = safetensors.FromBytes(tensor.Name, []int{len(value)}, []byte(value))
		case 3:
			tensor.Name = value
		case 4:
			copy(tensor.Data[min(i, len(tensor.Data)):], value)
		}
		one := *b
		one.path = filepath.Join(t.TempDir(), fmt.Sprint("checkpoint-", kind))
		_ = one.resume(t, file)
	})
}
