package run_test

import (
	"testing"

	"github.com/seed-222a112c/lstm/train/run"
)

// An interval is written as it is read.
func TestInterval(t *testing.T) {
	for text, want := range map[string]string{"200": "200", "0": "0", "10m": "10m", "90m": "1h30m", "2h": "2h", "1h0m5s": "1h0m5s", "1.5s": "1.5s", "-1": "", "10": "10", "-5m": "", "0s": "", "x": "", "": ""} {
		var i run.Interval
		err := i.UnmarshalText([]byte(text))
		if (err == nil) != (want != "") || err == nil && i.String() != want {
			t.Errorf("%q is read as %v, %v; want %q", text, i, err, want)
		}
		if err != nil && i != (run.Interval{}) {
			t.Errorf("%q is no interval, and leaves %v", text, i)
		}
	}
}
