package train_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train"
)

// Counts in a damaged checkpoint of a model that does not tell their sizes beforehand, those of
// the epoch so far and those of the best validation, are refused, by name and file: at once if
// they cannot be reported, else before the first step has changed anything. Would catch a panic,
// and measures of other numbers.
func TestDamagedCountsOfAnOwnModel(t *testing.T) {
	folder := t.TempDir()
	if _, _, err := own(t, folder, 6, &signals{batches: 9}, func(s *train.Settings) { s.Epochs = 1 }); err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	counts := regexp.MustCompile(`"counts":\{"right":\[[^]]*\]\}`)
	for damage, want := range map[string]string{
		`"counts":{"right":[1,2]}`:            "", // as it was
		`"counts":{"right":[1,2,3]}`:          `3 numbers of "right", want 2`,
		`"counts":{"right":[1,2],"left":[1]}`: `counts of ["left" "right"], want those of ["right"]`,
		`"counts":{"right":[1]}`:              `the Report of a *train_test.echo cannot read: runtime error: index out of range`,
		`"counts":{"wrong":[1,2]}`:            `counts of ["wrong"], which the Report`,
		`"counts":null`:                       `the Report of a *train_test.echo cannot read`,
	} {
		for place, at := range map[string]int{"sums": 0, "best": 1} {
			other := *file
			other.Metadata = map[string]string{}
			for key, value := range file.Metadata {
				if found := counts.FindAllStringIndex(value, -1); len(found) == 2 {
					value = value[:found[at][0]] + damage + value[found[at][1]:]
					other.Metadata["found"] = "yes"
				}
				other.Metadata[key] = value
			}
			if other.Metadata["found"] == "" {
				t.Fatalf("no counts in %v", file.Metadata)
			}
			delete(other.Metadata, "found")
			resumed := t.TempDir()
			if err := safetensors.WriteFile(filepath.Join(resumed, "checkpoint"), &other); err != nil {
				t.Fatal(err)
			}
			_, summary, err := own(t, resumed, 9, &signals{batches: 9}, func(s *train.Settings) { s.Epochs = 1 })
			switch {
			case want == "" && err != nil:
				t.Errorf("%s, %s: %v", place, damage, err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "checkpoint")):
				t.Errorf("%s, %s: error %v, want %q", place, damage, err, want)
			case want != "" && place == "sums" && summary != nil && summary.Steps != 6:
				t.Errorf("%s, %s: %d steps were taken", place, damage, summary.Steps-6)
			}
		}
	}
}
