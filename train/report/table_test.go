package report

import (
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
)

// A table has the measures that one of its rows has, a dash where another has none, and rows of the
// forecasts that need no model. Would catch a column that is another's, and a row for a part that there
// is not.
func TestTable(t *testing.T) {
	train1 := train.Metrics{Loss: 1.5, Targets: 1200, Values: []train.Value{{Name: "mae", Value: 2}}}
	test := train.Metrics{Loss: 2, Targets: 30, Values: []train.Value{{Name: "mae", Value: 0.5}, {Name: "mase", Value: 0.75}, {Name: "naive/mae", Value: 4}, {Name: "scaled_mae", Value: 9}}}
	var b strings.Builder
	if err := Table(&b, Row{"train", &train1}, Row{"valid", nil}, Row{"test", &test}); err != nil {
		t.Fatal(err)
	}
	const want = `          part     loss   MAE    MASE   targets
         train   1.5000     2       -     1,200
          test   2.0000   0.5   0.750        30
   test, naive        -     4       -        30
`
	if b.String() != want {
		t.Errorf("the table is\n%s\nwant\n%s", b.String(), want)
	}
}

// Classes by hand: of two a one is found, of three b all, and the a that is missed is taken for a b.
func TestClasses(t *testing.T) {
	labels, err := schema.LabelsFromNames([]string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	c := NewClasses(train.Metrics{Loss: 1}, labels, metrics.ConfusionOf(2, []float64{1, 1, 0, 3}))
	if a := c.Classes[0]; a != (ClassMetrics{"a", 1, 0.5, 2.0 / 3, 2}) || c.Classes[1].Targets != 3 {
		t.Errorf("%+v", c.Classes)
	}
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}
	if shown := strings.Join(strings.Fields(b.String()), " "); !strings.Contains(shown, "a 100.0 % 50.0 % 66.7 % 2") || !strings.HasSuffix(shown, "truth taken for times a b 1") {
		t.Errorf("shown are\n%s", b.String())
	}
}
