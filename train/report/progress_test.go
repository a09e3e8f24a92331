package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/seed-222a112c/lstm/train"
)

// Would catch a comma too many, such as in ,123.
func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 131584: "131,584", 1234567: "1,234,567", -123: "-123", -1234: "-1,234"} {
		if got := Thousands(n); got != want {
			t.Errorf("Thousands(%d) is %s, want %s", n, got, want)
		}
	}
}

// Would catch a perplexity of 2.718e+04, or one so large that int overflows.
func TestPerplexity(t *testing.T) {
	for x, want := range map[float64]string{1: "1.00", 97.674: "97.67", 27183.4: "27,183", 1e30: "1e+30"} {
		if got := perplexity(x); got != want {
			t.Errorf("perplexity(%g) is %s, want %s", x, got, want)
		}
	}
}

// A line that is too long loses fields but never the time left. Would catch a bar that
// breaks into two lines.
func TestFitting(t *testing.T) {
	fields := []string{"epoch 1/2", "loss 1.5", "ppl 4.48", "left 5s"}
	for columns, want := range map[int]string{
		100: "epoch 1/2  loss 1.5  ppl 4.48  left 5s",
		38:  "epoch 1/2  loss 1.5  ppl 4.48  left 5s",
		37:  "epoch 1/2  loss 1.5  left 5s",
		18:  "epoch 1/2  left 5s",
		5:   "",
	} {
		if got := fitting(fields, columns); got != want {
			t.Errorf("in %d columns: %q, want %q", columns, got, want)
		}
	}
}

// steps hands a progress three steps, of losses 1, 2 and 6, and a validation.
func steps(t *testing.T, p *Progress) {
	t.Helper()
	for i, loss := range []float64{1, 2, 6} {
		e := train.Event{Kind: train.Stepped, Epoch: 1, Epochs: 1, Step: i + 1, Steps: 3, GradientNorm: 0.5, LearningRate: 0.002,
			Metrics: train.Metrics{Loss: loss, Targets: 10, Values: []train.Value{{Name: "perplexity"}, {Name: "bits_per_char"}, {Name: "accuracy"}}}, Duration: 20 * time.Millisecond}
		if err := p.Handle(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Handle(train.Event{Kind: train.Validated, Epoch: 1, Epochs: 1, Step: 3, Steps: 3, Metrics: train.Metrics{Loss: 3}, Best: true}); err != nil {
		t.Fatal(err)
	}
	p.Close()
}

// Plain lines come for the first step, not for those that soon follow, and for the last,
// with the means since the line before. Would catch a line for every step, and the loss
// of a single batch.
func TestPlainProgress(t *testing.T) {
	var out bytes.Buffer
	steps(t, NewProgress(&out, ProgressSettings{Targets: "characters", Saved: "run/model.safetensors", Hidden: []string{"accuracy"}}))
	want := `epoch 1/1  step 1/3  loss 1.0000  ppl 2.72  bpc 1.443  |g| 0.5  lr 0.002  20 ms/step  500 characters/s  left 0s
epoch 1/1  step 3/3  loss 4.0000  ppl 54.60  bpc 5.771  |g| 0.5  lr 0.002  20 ms/step  500 characters/s  left 0s
valid  epoch 1/1  step 3/3  loss 3.0000  best *  saved run/model.safetensors
`
	if out.String() != want {
		t.Errorf("progress is\n%s\nwant\n%s", out.String(), want)
	}
}

// On a terminal there is a bar instead, and validations stand on lines of their own.
// Would catch a bar that is not drawn.
func TestLiveProgress(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, ProgressSettings{Targets: "examples"})
	p.live = true
	steps(t, p)
	got := out.String()
	if !strings.Contains(got, "(1/3) epoch 1/1  loss 1.0000") || !strings.Contains(got, "\rvalid  epoch 1/1  step 3/3") {
		t.Errorf("progress is %q", got)
	}
}
