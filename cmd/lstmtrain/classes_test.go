package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/report"
)

// Classes by hand: a model that learnt that everything is ham, but for what says prize, has
// for two ham and three spam, of which it finds one, a recall of a third. Would catch rows
// and columns mixed up, and labels in another order.
func TestEvalClasses(t *testing.T) {
	model, _ := trained(t, spam, "--task", "classify", "--epochs", "20", "--split", "0.9,0.1,0")
	file := write(t, filepath.Join(t.TempDir(), "new.tsv"), "ham\tsee you at home\nham\tcall me later\nspam\tsee you at home\nspam\tcall me later\nspam\twin a prize now\n")
	printed := succeed(t, "", "eval", model, "--data", file, "--classes", "--json").stdout
	got := lines[report.Classes](t, printed)[0]
	ham, spam := got.Classes[0], got.Classes[1]
	if ham != (report.ClassMetrics{Label: "ham", Precision: 0.5, Recall: 1, F1: 2.0 / 3, Targets: 2}) || spam != (report.ClassMetrics{Label: "spam", Precision: 1, Recall: 1.0 / 3, F1: 0.5, Targets: 3}) {
		t.Errorf("classes %+v", got.Classes)
	}
	if got.Confusion[1][0] != 2 || got.Confusion[0][1] != 0 || lines[train.Metrics](t, printed)[0].Value("accuracy") != 0.6 {
		t.Errorf("%+v", got)
	}
	shown := strings.Fields(succeed(t, "", "eval", model, "--data", file, "--classes").stdout)
	if !strings.Contains(strings.Join(shown, " "), "truth taken for times spam ham 2") {
		t.Errorf("eval shows %v", shown)
	}
	language, _ := trained(t, rhyme, "--steps", "10", "--max-steps", "1")
	refuse(t, call(t, "", "eval", language, "--data", file, "--classes"), exitUsage, "--classes does not apply to --task char")
}
