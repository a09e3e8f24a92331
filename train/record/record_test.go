package record

import (
	"cmp"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

var (
	stepped   = train.Event{Kind: train.Stepped, Epoch: 2, Step: 300, Metrics: train.Metrics{Loss: 0.75, Targets: 1250}, GradientNorm: 2, LearningRate: 0.5, Duration: 4 * time.Millisecond, Elapsed: 90 * time.Second}
	validated = train.Event{Kind: train.Validated, Epoch: 2, Step: 300, Metrics: train.Metrics{Loss: 1e-7, Values: []train.Value{{Name: "accuracy", Value: 0.5}, {Name: "mae", Value: 7}, {Name: "naive/rmse", Value: 8}}, Targets: 3}, Duration: time.Second, Elapsed: 91500 * time.Millisecond, Best: true}
)

// golden is what TensorBoard's own writer, version 2.21, writes of the event stepped.
const golden = "1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe95700000000000000e6ba948c0900001040fc54d94110ac022a490a0b0a046c6f7373150000403f0a0e0a07746172676574731500409c440a140a0d6772616469656e745f6e6f726d15000000400a090a026c72150000003f0a090a026d731500008040a887125a"

// The event file is, byte for byte, the one of TensorBoard's own writer. Would catch a
// wrong checksum and a wrong field.
func TestEventFileIsTensorBoards(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, eventFile)
	r := &TensorBoard{files: map[train.EventKind]*os.File{}, now: func() time.Time { return time.UnixMilli(1_700_000_000_250) }}
	if err := r.open(path, train.Stepped, nil); err != nil {
		t.Fatal(err)
	}
	if err := cmp.Or(r.Handle(stepped), r.Close()); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString([]byte(read(t, path))); got != golden {
		t.Errorf("the file is %s, want %s", got, golden)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// Lines of JSON and rows of CSV as other programs read them. Would catch a column too
// many, a measure that a task does not have written as 0, and digits that get lost.
func TestLinesAndRows(t *testing.T) {
	folder := t.TempDir()
	lines, err := NewJSONLines(filepath.Join(folder, "lines"), nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := NewCSV(filepath.Join(folder, "rows"), nil)
	if err != nil {
		t.Fatal(err)
	}
	first := stepped
	first.Metrics.Values = []train.Value{{Name: "accuracy", Value: 0.25}, {Name: "f1", Value: 0.125}, {Name: "mae", Value: 6}, {Name: "naive/rmse", Value: 5}}
	unknown := stepped
	unknown.Metrics.Values = []train.Value{{Name: "recall", Value: 1}}
	if err := rows.Handle(first); err != nil {
		t.Fatal(err)
	}
	if err := rows.Handle(unknown); err == nil || !strings.Contains(err.Error(), `"recall" of the event of step 300 has no column`) {
		t.Errorf("error %v for a measure without a column", err)
	}
	if err := lines.Handle(stepped); err != nil {
		t.Fatal(err)
	}
	for _, r := range []Record{lines, rows} {
		if err := cmp.Or(r.Handle(validated), r.Close()); err != nil {
			t.Fatal(err)
		}
		if r.Handle(stepped) == nil {
			t.Errorf("%T: a file that is closed takes another event", r)
		}
	}
	want := `{"kind":"step","epoch":2,"step":300,"loss":0.75,"targets":1250,"gradient_norm":2,"lr":0.5,"ms":4,"seconds":90}
{"kind":"valid","epoch":2,"step":300,"loss":1e-7,"accuracy":0.5,"mae":7,"naive":{"rmse":8},"targets":3,"ms":1000,"seconds":91.5,"best":true}
`
	if got := read(t, filepath.Join(folder, "lines")); got != want {
		t.Errorf("the lines are\n%swant\n%s", got, want)
	}
	table := map[string][]string{}
	all := strings.Split(strings.TrimSpace(read(t, filepath.Join(folder, "rows"))), "\n")
	for _, line := range all {
		for i, field := range strings.Split(line, ",") {
			name := strings.Split(all[0], ",")[i]
			table[name] = append(table[name], field)
		}
	}
	for name, want := range map[string][]string{"kind": {"step", "valid"}, "step": {"300", "300"}, "best": {"", "true"},
		"loss": {"0.75", "1e-07"}, "accuracy": {"0.25", "0.5"}, "f1": {"0.125", ""}, "mae": {"6", "7"}, "naive/rmse": {"5", "8"}, "targets": {"1250", "3"}, "lr": {"0.5", ""}, "ms": {"4", "1000"}} {
		if got := table[name]; len(got) != 3 || !slices.Equal(got[1:], want) {
			t.Errorf("column %s is %v, want %v", name, got, want)
		}
	}
}

// records opens all records in a folder.
func records(t *testing.T, folder string, from *train.Checkpoint) []train.Callback {
	t.Helper()
	lines, err := NewJSONLines(filepath.Join(folder, "lines"), from)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := NewCSV(filepath.Join(folder, "rows"), from)
	if err != nil {
		t.Fatal(err)
	}
	board, err := NewTensorBoard(filepath.Join(folder, "board"), from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lines.Close(); rows.Close(); board.Close() })
	return []train.Callback{lines, rows, board}
}

// told returns what the records in a folder tell, without times.
func told(t *testing.T, folder string) []string {
	t.Helper()
	lines := regexp.MustCompile(`"(ms|seconds)":[^,}]*`).ReplaceAllString(read(t, filepath.Join(folder, "lines")), "")
	rows := regexp.MustCompile(`,[^,\n]*\n`).ReplaceAllString(read(t, filepath.Join(folder, "rows")), "\n")
	all := []string{lines, rows}
	for _, run := range []string{"train", "valid"} {
		content := []byte(read(t, filepath.Join(folder, "board", run, eventFile)))
		for len(content) > 0 {
			event, n, ok := cutRecord(content)
			if !ok {
				t.Fatalf("%s holds a damaged record", run)
			}
			content = content[n:]
			if i := strings.LastIndex(string(event), "\x0a\x02ms"); i >= 0 {
				event = event[:i]
			}
			all = append(all, string(event[9:])) // after the time
		}
	}
	return all
}

var errKilled = errors.New("killed")

// A training that is killed while it writes its records, and continues from its last
// checkpoint, tells in the end what one tells that was never killed. Would catch an event
// that is there twice or not at all, a validation that came after the checkpoint of its
// step, and half a line.
func TestRecordsContinue(t *testing.T) {
	run := func(folder string, stop int) error {
		path := filepath.Join(folder, "checkpoint")
		s := train.Settings{Epochs: 2, ValidEvery: 3, Optimizer: optim.NewAdam(optim.Settings{LearningRate: 0.02}), Checkpoints: train.Checkpoints{Path: path, Steps: 3}}
		if from, err := train.ReadCheckpoint(path); err == nil {
			s.From = from
		}
		s.Callbacks = append(records(t, folder, s.From), train.CallbackFunc(func(train.Event) error {
			if stop--; stop == 0 {
				return errKilled
			}
			return nil
		}))
		m, source, valid := tiny(t)
		_, err := train.Fit(t.Context(), m, source, valid, s)
		return err
	}
	straight := t.TempDir()
	if err := run(straight, 0); err != nil {
		t.Fatal(err)
	}
	want := told(t, straight)
	for stop := 1; stop <= 9; stop++ {
		folder := t.TempDir()
		if err := run(folder, stop); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		for _, file := range []string{"lines", "rows", filepath.Join("board", "train", eventFile)} {
			addPiece(t, filepath.Join(folder, file))
		}
		if err := run(folder, 0); err != nil {
			t.Fatal(err)
		}
		if got := told(t, folder); !slices.Equal(got, want) {
			t.Errorf("stopped after %d events: the records tell %d things, not these %d", stop, len(got), len(want))
		}
	}
}

// A row that was cut off is written anew, though its event came before the checkpoint: a
// power failure may take the end of a file that was not stored.
func TestRowThatWasCutOff(t *testing.T) {
	folder := t.TempDir()
	path, rows := filepath.Join(folder, "checkpoint"), filepath.Join(folder, "rows")
	first, err := NewCSV(rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, source, _ := tiny(t)
	if _, err := train.Fit(t.Context(), m, source, nil, train.Settings{Checkpoints: train.Checkpoints{Path: path}, Callbacks: []train.Callback{first}}); err != nil {
		t.Fatal(err)
	}
	from, err := train.ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := read(t, rows)
	if err := os.WriteFile(rows, []byte(whole[:len(whole)-3]), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := NewCSV(rows, from)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	if got, want := read(t, rows), whole[:1+strings.LastIndex(whole[:len(whole)-1], "\n")]; got != want {
		t.Errorf("%q is left, want %q", got, want)
	}
}

// addPiece adds a piece of a line or a record to a file: what a program that is killed
// may leave.
func addPiece(t *testing.T, path string) {
	t.Helper()
	content := read(t, path)
	if err := os.WriteFile(path, []byte(content+content[:20]), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tiny returns a small language model and its data.
func tiny(t *testing.T) (m *task.Model, source, valid data.Source[data.Batch]) {
	t.Helper()
	text, err := schema.TextFromBytes("text", []byte(strings.Repeat("row, row, row your boat\n", 4)), schema.Character)
	if err != nil {
		t.Fatal(err)
	}
	v := schema.NewCharacterVocabulary(text.Tokens())
	ids, err := v.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err = task.NewModel(task.Config{Task: task.Characters, Cell: "rnn", Hidden: 4, Layers: 1, Embed: 2, Steps: 4}, v, nil, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := data.NewStream(ids, 5, 4)
	if err != nil {
		t.Fatal(err)
	}
	return m, s, s
}
