package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// slopes are series of two columns of different lengths, whose first rises or falls.
func slopes() string {
	var b strings.Builder
	b.WriteString("@dimensions 2\n@classLabel true up down\n@data\n")
	for i := range 60 {
		label, slope := "up", 1.0
		if i%2 == 1 {
			label, slope = "down", -1
		}
		var first, second []string
		for t := range 4 + i%7 {
			first = append(first, fmt.Sprint(100+slope*float64(t)))
			second = append(second, fmt.Sprint(i*31%17))
		}
		fmt.Fprintf(&b, "%s:%s:%s\n", strings.Join(first, ","), strings.Join(second, ","), label)
	}
	return b.String()
}

// A classifier of series is trained, measured, read again and asked. Would catch series
// that are read as texts, and a scale that is lost on the way through the file.
func TestClassifySeries(t *testing.T) {
	model, r := trainedWith(t, smallNumbers, slopes(), "--task", "classify", "--format", "ts", "--epochs", "30", "--split", "0.6,0.2,0.2")
	var got struct{ Valid, Test train.Metrics }
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatal(err)
	}
	if got.Test.Targets != 12 || got.Test.Value("accuracy") != 1 || got.Test.Value("f1") != 1 {
		t.Errorf("%s", r.stdout)
	}
	file := write(t, filepath.Join(t.TempDir(), "new.ts"), slopes())
	if part := lines[train.Metrics](t, succeed(t, "", "eval", model, "--data", file, "--json").stdout)[0]; part.Targets != 60 || part.Value("accuracy") != 1 {
		t.Errorf("eval gives %+v", part)
	}
	for _, test := range []struct {
		stdin string
		args  []string
		truth string
	}{
		{"", []string{"--data", file}, "up"},
		{"@data\n100,101,102:3,3,3\n100,99,98,97:3,3,3,3\n", nil, ""},
	} {
		all := lines[seriesJSON](t, succeed(t, test.stdin, append([]string{"predict", model}, test.args...)...).stdout)
		if all[0].Label != "up" || all[1].Label != "down" || all[1].Series != 2 || all[0].Truth != test.truth || all[0].Probability < 0.5 {
			t.Errorf("predict %v gives %+v", test.args, all[:2])
		}
	}
	if shown := succeed(t, "", "inspect", model).stdout; !strings.Contains(shown, "numbers of width 2") || !strings.Contains(shown, `"down" "up"`) {
		t.Errorf("inspect shows %s", shown)
	}
}

// Misfits of series. Would catch options that are silently ignored, and a model that reads
// series of another width.
func TestSeriesMisfits(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string { return write(t, filepath.Join(folder, name), content) }
	model, _ := trainedWith(t, smallNumbers, slopes(), "--task", "classify", "--format", "ts", "--max-steps", "1", "--split", "0.6,0.2,0.2")
	good := file("good.ts", slopes())
	for _, test := range []struct {
		code int
		args []string
		want []string
	}{
		{exitUsage, []string{"train", "--task", "classify", "--data", good, "--embed", "4"}, []string{"--embed does not apply to series"}},
		{exitUsage, []string{"train", "--task", "classify", "--data", good, "--label-column", "4"}, []string{"--label-column does not apply to series"}},
		{exitUsage, []string{"eval", model, "--data", good, "--format", "tsv"}, []string{"--format"}},
		{exitBadData, []string{"eval", model, "--data", file("one.ts", "@classLabel true up\n@data\n1,2:up\n")}, []string{"one.ts:3", "1 columns", "reads 2"}},
		{exitBadData, []string{"eval", model, "--data", file("new.ts", "@classLabel true left\n@data\n1:2:left\n")}, []string{"new.ts:3", `"left"`}},
		{exitBadData, []string{"predict", model, "--data", file("bad.ts", "@data\n1,x:2\n")}, []string{"bad.ts:2", `"x"`}},
		{exitUsage, []string{"train", "--task", "tag", "--data", good, "--format", "ts"}, []string{"--format"}},
	} {
		refuse(t, call(t, "", test.args...), test.code, test.want...)
	}
}
