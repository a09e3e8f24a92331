package benchmarks

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-222a112c/lstm/graph"
)

// Would catch a pass that is left out on both sides or on neither, and the ratio upside down.
func TestAblate(t *testing.T) {
	passes := graph.Passes()[:2]
	a, err := Ablate(t.Context(), tiny, Config{Mode: Forward, Without: passes[1:]}, passes[:1], 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Passes) != 1 || a.Passes[0].Pass != passes[0] || a.Passes[0].All <= 0 || a.Passes[0].Without <= 0 {
		t.Errorf("%+v", a.Passes)
	}
	if len(a.Config.Without) != 1 {
		t.Errorf("the side with all passes is without %v", a.Config.Without)
	}
	if ratio := (PassWorth{All: time.Second, Without: 3 * time.Second}).Ratio(); ratio != 3 {
		t.Errorf("ratio %g of a step that takes three times as long without a pass", ratio)
	}
	if _, err := Ablate(t.Context(), tiny, Config{}, []string{"haste"}, 1); err == nil || !strings.Contains(err.Error(), "haste") {
		t.Errorf("error %v of an unknown pass", err)
	}
}

// The Markdown that benchmarks/results keeps.
func TestAblationMarkdown(t *testing.T) {
	a := &Ablation{tiny, Config{}.withDefaults(), []PassWorth{{"pack", 2 * time.Millisecond, 3 * time.Millisecond}}}
	var b strings.Builder
	if err := a.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n## tiny, train, cell lstm, workers ", "\n|---|---|---|---|\n| pack | 2.000 | 3.000 | 1.50 |\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

// Would catch a flag or the vendor taken for the name.
func TestModelName(t *testing.T) {
	if got := modelName("vendor_id\t: A\nmodel\t\t: 17\nmodel name\t: A B: C\nflags\t: x\n"); got != "A B: C" {
		t.Errorf("model name %q", got)
	}
	if got := modelName(""); !strings.HasSuffix(got, " processor") {
		t.Errorf("model name %q of nothing", got)
	}
}

// The interpreter that is asked for comes before that of the environment.
func TestFindPython(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("LSTMTRAIN_PYTHON", "")
	if got := findPython(""); got != "python3" {
		t.Errorf("without anything: %q", got)
	}
	t.Setenv("LSTMTRAIN_PYTHON", "from-environment")
	if got := findPython(""); got != "from-environment" {
		t.Errorf("from the environment: %q", got)
	}
	if got := findPython("asked-for"); got != "asked-for" {
		t.Errorf("asked for: %q", got)
	}
}
