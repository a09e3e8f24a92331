package pass

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// A pass that is left out and runs, one that is needed and can be left out, an unknown one.
func TestWithout(t *testing.T) {
	all := Pipeline(Settings{})
	names := func(passes []Pass) (names []string) {
		for _, p := range passes {
			names = append(names, p.Name)
		}
		return names
	}
	for _, name := range Names() {
		got, err := Without(all, name)
		if err != nil || slices.Contains(names(got), name) || len(got) != len(all)-1 {
			t.Errorf("without %s there are %v, and the error %v", name, names(got), err)
		}
	}
	if got, err := Without(all, "fold", "contract"); err != nil || len(got) != len(all)-2 || len(all) != len(Pipeline(Settings{})) {
		t.Errorf("without two of %d passes there are %d, and the error %v", len(all), len(got), err)
	}
	for _, name := range []string{"lower", "nonsense", ""} {
		if _, err := Without(all, name); err == nil || !strings.Contains(err.Error(), "hoist") || !strings.Contains(err.Error(), name) {
			t.Errorf("without %q the error is %v, want one that names it and those that can be left out", name, err)
		}
	}
}

// Rewrites that are not counted under the pass that made them, and a check that is not called.
func TestRunCounts(t *testing.T) {
	p := ir.MustParse("x = input 4x3\ny = input 4x3\na = mul(x, y)\nb = add(a, y)\nc = neg(b)\nd = neg(c)\nreturn d")
	var checked []string
	q, rewrites := Run(p, Pipeline(Settings{}), func(name string, _ *ir.Program) { checked = append(checked, name) })
	if want := "x = input 4x3\ny = input 4x3\nv2 = muladd(x, y, y)\nreturn v2\n"; q.String() != want {
		t.Errorf("the program has become\n%v\nwant\n%s", q, want)
	}
	for name, n := range rewrites {
		want := map[string]int{"fold": 1, "lower": 1, "contract": 1}[name]
		if n != want {
			t.Errorf("%d rewrites by %s, want %d", n, name, want)
		}
	}
	if len(checked) != len(Pipeline(Settings{})) || checked[0] != "fold" {
		t.Errorf("the program was checked after %v", checked)
	}
}
