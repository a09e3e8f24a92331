package schema_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Catches ids in the order of occurrence, and a label that training never saw taken for
// another one.
func TestLabels(t *testing.T) {
	train := []format.Example{{Label: "pos"}, {Label: "neg"}, {Label: "pos"}}
	l := formattest.Must(schema.NewLabels(train))
	if names := l.Names(); !slices.Equal(names, []string{"neg", "pos"}) || l.Len() != 2 || l.Name(1) != "pos" {
		t.Errorf("labels %q", names)
	}
	if ids := formattest.Must(l.Encode(train)); !slices.Equal(ids, []int{1, 0, 1}) {
		t.Errorf("ids %v", ids)
	}
	if id, ok := l.ID("neg"); id != 0 || !ok {
		t.Errorf("id %d of neg", id)
	}
	if _, ok := l.ID("meh"); ok {
		t.Error("an id of meh")
	}
	_, err := l.Encode([]format.Example{train[0], {Label: "meh", File: "reviews.tsv", Line: 17}})
	formattest.Complaint{File: "reviews.tsv", Line: 17, Value: "meh", Texts: []string{
		`reviews.tsv:17: label "meh": training never saw this label; its labels are "neg", "pos"`}}.Expect(t, err)
}

// Catches a classifier of one class, and a saved model with damaged labels.
func TestTooFewLabels(t *testing.T) {
	_, err := schema.NewLabels([]format.Example{{Label: "ham", File: "a.tsv", Line: 3}, {Label: "ham", File: "a.tsv", Line: 4}})
	formattest.Complaint{File: "a.tsv", Value: "ham", Texts: []string{`label "ham": every example has it`, "at least two"}}.Expect(t, err)
	_, err = schema.NewLabels(nil)
	formattest.Complaint{File: ".", Texts: []string{"no examples"}}.Expect(t, err)

	l := formattest.Must(schema.LabelsFromNames([]string{"pos", "neg"}))
	if l.Name(0) != "pos" {
		t.Errorf("label 0 is %q", l.Name(0))
	}
	for _, names := range [][]string{nil, {"a"}, {"a", "b", "a"}} {
		_, err := schema.LabelsFromNames(names)
		formattest.ExpectUsage(t, err, "at least two, all different")
	}
}

// Catches a list of labels that fills the screen.
func TestManyLabelsAreShortened(t *testing.T) {
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprintf("class%03d", i))
	}
	_, err := formattest.Must(schema.LabelsFromNames(names)).Encode([]format.Example{{Label: "meh"}})
	if !strings.HasSuffix(err.Error(), `"class011", and 988 more`) {
		t.Errorf("message %q", err)
	}
}
