package run_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/run"
	"github.com/seed-222a112c/lstm/train/task"
)

// settings are those of a training of a fraction of a second.
func settings(t *testing.T) run.Settings {
	t.Helper()
	return run.Settings{
		Config:  task.Config{Task: task.Characters, Cell: "lstm", Hidden: 4, Layers: 1, Embed: 2, Steps: 5},
		Options: dataset.Options{Data: []string{formattest.Write(t, "text", strings.Repeat("row, row, row your boat\n", 10))}, Split: dataset.Split{Train: 0.8, Valid: 0.2}, Batch: 4, Seed: 3},
		Epochs:  2,
		Saving:  run.Saving{CheckpointEvery: run.Interval{Steps: 3}, Keep: 2, Log: []string{run.CSV}},
	}
}

// begin prepares a training and opens its folder.
func begin(t *testing.T, s run.Settings, path string) (*run.Training, *run.Folder) {
	t.Helper()
	training := formattest.Must(run.Prepare(s, nil))
	return training, formattest.Must(run.Begin(path, training.Plan()))
}

// resume continues the training in a folder with settings that change changes.
func resume(path string, change func(*run.Settings), overridden ...string) (*train.Summary, error) {
	stopped, err := run.Open(path)
	if err != nil {
		return nil, err
	}
	defer stopped.Close()
	var s run.Settings
	if err := stopped.Settings(&s, overridden...); err != nil {
		return nil, err
	}
	if change != nil {
		change(&s)
	}
	training, err := run.Prepare(s, stopped)
	if err != nil {
		return nil, err
	}
	f, err := stopped.Continue(training.Plan())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return training.Fit(context.Background(), f)
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	return string(formattest.Must(os.ReadFile(filepath.Join(path...))))
}

// A training that is stopped after any event and continued leaves the model, the settings and the last
// checkpoint of one that was not, and as many lines of records. Would catch a setting that is lost on
// the way through config.json, and records that tell of an event twice or not at all.
func TestContinue(t *testing.T) {
	s := settings(t)
	whole := filepath.Join(t.TempDir(), "whole")
	training, f := begin(t, s, whole)
	summary := formattest.Must(training.Fit(t.Context(), f))
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if older, err := filepath.Glob(filepath.Join(whole, "checkpoint-*.safetensors")); err != nil || len(older) != s.Keep-1 {
		t.Errorf("older checkpoints are %v, want %d", older, s.Keep-1)
	}
	events := strings.Count(read(t, whole, run.MetricsName), "\n")
	if events != summary.Steps+2 || summary.Steps < 10 {
		t.Fatalf("%d events in %d steps", events, summary.Steps)
	}
	for stop := 1; stop <= events; stop += 3 {
		path := filepath.Join(t.TempDir(), "parts")
		training, f := begin(t, s, path)
		told := 0
		ctx, cancel := context.WithCancel(t.Context())
		_, err := training.Fit(ctx, f, train.CallbackFunc(func(train.Event) error {
			if told++; told == stop {
				cancel()
			}
			return nil
		}))
		if f.Close(); err == nil && stop < events {
			t.Fatalf("stopped after event %d: no error", stop)
		}
		if _, err := resume(path, nil); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{run.ModelName, run.SettingsName, run.CheckpointName} {
			if read(t, path, name) != read(t, whole, name) {
				t.Errorf("stopped after event %d: another %s", stop, name)
			}
		}
		for _, name := range []string{run.MetricsName, run.MetricsCSVName} {
			if a, b := strings.Count(read(t, path, name), "\n"), strings.Count(read(t, whole, name), "\n"); a != b {
				t.Errorf("stopped after event %d: %d lines of %s, want %d", stop, a, name, b)
			}
		}
	}
}

// What has changed since is refused by name, unless it is overridden: then that alone may have changed.
// Would catch an override by which other settings, or the file of another option, may change, and a
// test file that nobody looks at.
func TestChanges(t *testing.T) {
	s := settings(t)
	text := s.Data[0]
	s.Test, s.Valid = formattest.Write(t, "test", strings.Repeat("boat row\n", 9)), formattest.Write(t, "valid", strings.Repeat("row boat\n", 9))
	path := filepath.Join(t.TempDir(), "run")
	training, f := begin(t, s, path)
	formattest.Must(training.Fit(t.Context(), f))
	f.Close()
	config := filepath.Join(path, run.SettingsName)
	saved := read(t, config)
	for _, c := range []struct {
		name       string
		file       string // that is changed
		old, new   string
		overridden string // options
		want       string // complaint; none if empty
		blames     string // file
	}{
		{"nothing", text, "row,", "row,", "", "", ""},
		{"a setting", config, `"epochs": 2`, `"epochs": 3`, "", "epochs was 2 and is 3", config},
		{"a setting, another is overridden", config, `"epochs": 2`, `"epochs": 3`, "data", "epochs was 2", config},
		{"a setting that is overridden", config, `"max_steps": 0`, `"max_steps": 9`, "max-steps", "", ""},
		{"a setting of an underscore, another is overridden", config, `"max_steps": 0`, `"max_steps": 9`, "epochs max", "max_steps was 0 and is 9", config},
		{"a setting that there was not", config, `"epochs": 2`, `"epochs": 2, "patience": 1`, "", "patience was nothing and is 1", config},
		{"a setting that is left out", config, `"epochs": 2,`, ``, "", "epochs was 2 and is nothing", config},
		{"spaces", config, `"epochs": 2`, `"epochs":   2`, "", "", ""},
		{"no JSON", config, `{`, `[`, "", "is not JSON", config},
		{"the data", text, "row,", "Row,", "", "has changed", text},
		{"the data, a setting is overridden", text, "row,", "Row,", "epochs", "--override data=" + text, text},
		{"the data, another file is overridden", text, "row,", "Row,", "valid test", "has changed", text},
		{"the valid part", s.Valid, "row", "roW", "data test", "has changed", s.Valid},
		{"the valid part, overridden", s.Valid, "row boat\n", "row\n", "valid", "", ""},
		{"the test part", s.Test, "boat", "baot", "", "has changed", s.Test},
		{"the test part, another file is overridden", s.Test, "boat", "baot", "data valid", "--override test=" + s.Test, s.Test},
		{"the test part, overridden", s.Test, "boat row\n", "boat\n", "test", "", ""},
	} {
		content := read(t, c.file)
		if !strings.Contains(content, c.old) {
			t.Fatalf("%s: %s is not in %s", c.name, c.old, content)
		}
		write := func(content string) {
			if err := os.WriteFile(c.file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(strings.Replace(content, c.old, c.new, 1))
		checkpoint := read(t, path, run.CheckpointName)
		_, err := resume(path, nil, strings.Fields(c.overridden)...)
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if c.want != "" {
			formattest.Complaint{File: filepath.Base(c.blames), Texts: []string{c.want}}.Expect(t, err)
			if read(t, path, run.CheckpointName) != checkpoint {
				t.Errorf("%s: refused, and the checkpoint is another", c.name)
			}
		}
		write(content)
		if _, err := resume(path, nil, "data", "valid", "test", "max-steps"); err != nil || read(t, config) != saved {
			t.Fatalf("%s: as it was before: %v", c.name, err)
		}
	}
}

// With more epochs, and another file in place of a moved one, a training goes on; with data whose
// vocabulary is another it does not. Would catch an override that is not kept, settings that are
// written in place, and the time of a session that is forgotten.
func TestOverride(t *testing.T) {
	s := settings(t)
	path := filepath.Join(t.TempDir(), "run")
	training, f := begin(t, s, path)
	const pause = 200 * time.Millisecond // in the first step
	paused := false
	steps := formattest.Must(training.Fit(t.Context(), f, train.CallbackFunc(func(train.Event) error {
		if !paused {
			time.Sleep(pause)
		}
		paused = true
		return nil
	}))).Steps
	f.Close()
	link, old := filepath.Join(t.TempDir(), "link"), read(t, path, run.SettingsName)
	if err := os.Link(filepath.Join(path, run.SettingsName), link); err != nil {
		t.Fatal(err)
	}
	moved := formattest.Write(t, "moved", read(t, s.Data[0]))
	if err := os.Remove(s.Data[0]); err != nil {
		t.Fatal(err)
	}
	_, err := resume(path, nil)
	formattest.Complaint{File: "text"}.Expect(t, err)
	summary, err := resume(path, func(s *run.Settings) { s.Data, s.Epochs = []string{moved}, 3 }, "data", "epochs")
	if err != nil || summary.Steps != steps/2*3 || summary.Duration < pause {
		t.Errorf("%+v, %v", summary, err)
	}
	if read(t, link) != old || read(t, path, run.SettingsName) == old {
		t.Error("the settings are written in place")
	}
	if summary, err = resume(path, nil); err != nil || summary.Steps != steps/2*3 {
		t.Errorf("once more: %+v, %v", summary, err)
	}
	other := formattest.Write(t, "other", strings.Repeat("quite another text\n", 10))
	_, err = resume(path, func(s *run.Settings) { s.Data = []string{other} }, "data")
	formattest.Complaint{File: "other", Texts: []string{"does not fit the training", "lstm.vocabulary"}}.Expect(t, err)
}

// A folder is one training's: a second one, and one that would overwrite another's, are refused, and
// nothing in the folder changes. Would catch a lock that is not taken or not let go.
func TestOneTrainingInAFolder(t *testing.T) {
	s := settings(t)
	path := filepath.Join(t.TempDir(), "run")
	training, f := begin(t, s, path)
	if _, err := run.Begin(path, training.Plan()); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d trains in", os.Getpid())) {
		t.Errorf("a second training: %v", err)
	}
	formattest.Must(training.Fit(t.Context(), f))
	if _, err := run.Open(path); err == nil || !strings.Contains(err.Error(), "trains in") {
		t.Errorf("opened while it is in use: %v", err)
	}
	f.Close()
	if name, err := run.Holds(path); err != nil || name != run.ModelName {
		t.Errorf("the folder holds %s, %v", name, err)
	}
	if _, err := run.Begin(path, training.Plan()); err == nil || !strings.Contains(err.Error(), "already holds a model") {
		t.Errorf("over another: %v", err)
	}
	before := read(t, path, run.ModelName)
	old := filepath.Join(path, "checkpoint-000003.safetensors")
	for _, left := range []string{old, filepath.Join(path, "model.safetensors.0.tmp"), filepath.Join(path, "config.json.0.tmp")} {
		if err := os.WriteFile(left, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mine := filepath.Join(path, "notes.txt")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	plan := training.Plan()
	plan.Overwrite = true
	f, err := run.Begin(path, plan)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	entries := formattest.Must(os.ReadDir(path))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{run.SettingsName, run.LockName, run.MetricsCSVName, run.MetricsName, run.ModelName, "notes.txt"}; !slices.Equal(names, want) || read(t, path, run.ModelName) != before {
		t.Errorf("the folder holds %v, want %v", names, want)
	}
	if _, err := run.Begin(mine, plan); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("in a file: %v", err)
	}
	for _, name := range []string{run.CheckpointName, ""} {
		folder := t.TempDir()
		if name != "" {
			formattest.Must(0, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
		}
		if got, err := run.Holds(folder); err != nil || got != name {
			t.Errorf("a folder with %q holds %q, %v", name, got, err)
		}
	}
	_, err = run.Open(t.TempDir())
	formattest.Complaint{File: run.CheckpointName, Texts: []string{"cannot be continued"}}.Expect(t, err)
}

// The settings of a caller's own are kept like any: with a place for each they come back, and without
// they are refused. Without checkpoints there is nothing to continue; a record that there is not is an
// error.
func TestOwnSettings(t *testing.T) {
	type own struct {
		Model string
		Depth int `json:"depth"`
	}
	folder := t.TempDir()
	training := formattest.Must(run.Prepare(settings(t), nil))
	fit := func(path string, plan run.Plan) {
		f := formattest.Must(run.Begin(path, plan))
		defer f.Close()
		formattest.Must(training.Fit(t.Context(), f))
	}
	path := filepath.Join(folder, "own")
	fit(path, run.Plan{Settings: own{"mine", 3}, Saving: run.Saving{CheckpointEvery: run.Interval{Time: time.Hour}}})
	stopped := formattest.Must(run.Open(path))
	defer stopped.Close()
	var got own
	if err := stopped.Settings(&got); err != nil || got != (own{"mine", 3}) {
		t.Errorf("settings %+v, %v", got, err)
	}
	var less struct{ Model string }
	if err := stopped.Settings(&less); err == nil || !strings.Contains(err.Error(), `unknown field "depth"`) {
		t.Errorf("without a place for one: %v", err)
	}
	never := filepath.Join(folder, "never")
	fit(never, run.Plan{Settings: own{}})
	if _, err := os.Stat(filepath.Join(never, run.CheckpointName)); err == nil {
		t.Error("there is a checkpoint that was not asked for")
	}
	if _, err := run.Begin(filepath.Join(folder, "html"), run.Plan{Settings: own{}, Saving: run.Saving{Log: []string{"html"}}}); err == nil || !strings.Contains(err.Error(), `no record "html"`) {
		t.Errorf("a record that there is not: %v", err)
	}
}

// Every field of the settings but Workers goes through config.json and comes back. Would catch a field
// without a key of its own, two with the same, and one that is read where it is zero only.
func TestSettingsThroughJSON(t *testing.T) {
	var s run.Settings
	fill(reflect.ValueOf(&s).Elem(), new(int))
	s.Split, s.LabelPattern, s.CheckpointEvery = dataset.Split{Train: 0.5, Valid: 0.5}, dataset.Pattern{}, run.Interval{Steps: 7}
	if err := s.LabelPattern.UnmarshalText([]byte("(x)")); err != nil {
		t.Fatal(err)
	}
	s.Workers = 0
	text := formattest.Must(json.Marshal(s))
	var back run.Settings
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&back); err != nil {
		t.Fatal(err)
	}
	if again := formattest.Must(json.Marshal(back)); !bytes.Equal(again, text) || !reflect.DeepEqual(back.Config, s.Config) || !reflect.DeepEqual(back.Optimization, s.Optimization) || back.Seed != s.Seed {
		t.Errorf("%s comes back as %s", text, again)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	if fields := count(reflect.TypeOf(s)) - 1; len(keys) != fields {
		t.Errorf("%d keys of %d fields: %s", len(keys), fields, text)
	}
}

// fill sets the fields of a struct, and of those in it, to different values that are not zero.
func fill(v reflect.Value, n *int) {
	for i := range v.NumField() {
		*n++
		switch f := v.Field(i); f.Kind() {
		case reflect.Struct:
			if v.Type().Field(i).Anonymous {
				fill(f, n)
			}
		case reflect.String:
			f.SetString(fmt.Sprint("x", *n))
		case reflect.Int:
			f.SetInt(int64(*n))
		case reflect.Uint64:
			f.SetUint(uint64(*n))
		case reflect.Float64:
			f.SetFloat(float64(*n))
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Slice:
			f.Set(reflect.ValueOf([]string{fmt.Sprint("x", *n)}))
		case reflect.Pointer:
			f.Set(reflect.ValueOf(new(float64(*n))))
		}
	}
}

// count counts the fields that become keys.
func count(of reflect.Type) int {
	n := 0
	for i := range of.NumField() {
		if f := of.Field(i); f.Anonymous {
			n += count(f.Type)
		} else {
			n++
		}
	}
	return n
}
