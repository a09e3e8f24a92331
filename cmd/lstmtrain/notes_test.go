package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// scale is pieces that go up and down three keys, one of them with another below.
func scale(pieces int) string {
	var all []string
	for i := range pieces {
		var steps []string
		for t := range 12 {
			key := 60 + []int{0, 2, 4, 2}[(t+i)%4]
			steps = append(steps, []string{fmt.Sprintf("[%d]", key), fmt.Sprintf("[48, %d]", key)}[key/64])
		}
		all = append(all, "["+strings.Join(steps, ",")+"]")
	}
	return "[" + strings.Join(all, ",") + "]"
}

// A model of notes is trained, measured on the file's own parts, read again and asked.
// Would catch parts mixed up, and keys that are not what they were.
func TestNotes(t *testing.T) {
	content := fmt.Sprintf(`{"train": %s, "valid": %s, "test": %s}`, scale(24), scale(4), scale(5))
	model, r := trainedWith(t, smallNumbers, content, "--task", "notes", "--epochs", "90", "--lr", "0.05", "--hidden", "24")
	var got struct{ Train, Valid, Test train.Metrics }
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatal(err)
	}
	if got.Train.Targets != 24*11 || got.Valid.Targets != 4*11 || got.Test.Targets != 5*11 || got.Test.Value("nll") != got.Test.Loss || got.Test.Value("f1") < 0.9 {
		t.Errorf("%s", r.stdout)
	}
	file := filepath.Join(filepath.Dir(model), "..", "data.tsv")
	if part := lines[train.Metrics](t, succeed(t, "", "eval", model, "--data", file, "--json").stdout)[0]; part.Targets != 5*11 {
		t.Errorf("eval gives %+v", part)
	}
	all := lines[notesJSON](t, succeed(t, "[[[60],[62],[48,64]], [[48,64],[62]]]", "predict", model).stdout)
	if len(all) != 2 || all[1].Piece != 2 || len(all[0].Next) != 8 || all[0].Next[0].Key != 62 || all[1].Next[0].Key != 60 {
		t.Errorf("predict gives %+v", all)
	}
	// A file of one part is dealt to parts.
	_, r = trainedWith(t, smallNumbers, scale(20), "--task", "notes", "--max-steps", "1", "--split", "0.5,0.25,0.25", "--steps", "5")
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || got.Valid.Targets != 5*11 || got.Test.Targets != 5*11 {
		t.Errorf("%v %s", err, r.stdout)
	}
	for _, args := range [][]string{
		{"train", "--task", "notes", "--data", file, "--data", file},
		{"train", "--task", "notes", "--data", file, "--format", "npz"},
	} {
		refuse(t, call(t, "", args...), exitUsage)
	}
	bad := write(t, filepath.Join(t.TempDir(), "bad.json"), "[[[60], [200]]]")
	refuse(t, call(t, "", "eval", model, "--data", bad), exitBadData, "bad.json", "piece 1, step 2", `"200"`)
}
