package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// waves is a series with a season of 8 rows and a column that tells nothing.
func waves(rows int) string {
	var b strings.Builder
	b.WriteString("day,level,noise\n")
	for i := range rows {
		fmt.Fprintf(&b, "d%d,%.3f,%d\n", i, 50+10*math.Sin(float64(i)*math.Pi/4), i*7919%13)
	}
	return b.String()
}

// A forecaster is trained, measured beside the naive forecasts, read again and asked for
// the next rows, with the fields that other tools read. Would catch columns mixed up, and a
// scale that is lost on the way through the file.
func TestForecast(t *testing.T) {
	model, r := trainedWith(t, smallNumbers, waves(160), "--task", "forecast", "--target", "level", "--input", "noise",
		"--horizon", "3", "--season", "8", "--steps", "8", "--epochs", "25", "--split", "0.6,0.2,0.2")
	var got struct{ Train, Valid, Test train.Metrics }
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]train.Metrics{"valid": got.Valid, "test": got.Test} {
		// The season repeats itself exactly, so that there is no MASE.
		for key, want := range map[string]bool{"mae": true, "rmse": true, "smape": true, "mase": false, "scaled_mae": true, "naive/mae": true, "seasonal_naive/mae": true} {
			if _, ok := p.Get(key); ok != want {
				t.Fatalf("%s is %s", name, r.stdout)
			}
		}
		if p.Value("mae") > p.Value("naive/mae")/2 || p.Value("seasonal_naive/mae") > 0.002 || p.Targets != 30 {
			t.Errorf("%s: MAE %v, naive %v, seasonal %v, of %d", name, p.Value("mae"), p.Value("naive/mae"), p.Value("seasonal_naive/mae"), p.Targets)
		}
	}
	file := write(t, filepath.Join(t.TempDir(), "new.csv"), waves(40))
	part := lines[train.Metrics](t, succeed(t, "", "eval", model, "--data", file, "--json").stdout)[0]
	if part.Targets != 40-8-3+1 || part.Value("mae") > part.Value("naive/mae")/2 {
		t.Errorf("eval gives %+v", part)
	}
	for _, args := range [][]string{{"--data", file}, {}} {
		rows := lines[forecastJSON](t, succeed(t, waves(40), append([]string{"predict", model}, args...)...).stdout)
		if len(rows) != 3 || rows[2].Step != 3 || len(rows[0].Forecast) != 1 || math.Abs(rows[1].Forecast["level"]-57.071) > 5 {
			t.Errorf("predict gives %+v", rows)
		}
	}
	if shown := succeed(t, "", "inspect", model).stdout; !strings.Contains(shown, `"level" "noise"`) || !strings.Contains(shown, "horizon     3") {
		t.Errorf("inspect shows %s", shown)
	}
}

// The table shows the naive forecasts under each part. Would catch a measure that people
// do not see.
func TestForecastTable(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "data"), waves(60))
	out := succeed(t, "", "train", "--task", "forecast", "--data", file, "--season", "5", "--steps", "4", "--hidden", "4", "--layers", "1",
		"--max-steps", "1", "--split", "0.6,0.2,0.2", "--out", t.TempDir()).stdout
	for _, want := range []string{"valid, naive", "test, seasonal naive", "MASE", "RMSE"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// Misfits of forecasts. Would catch options that are silently ignored.
func TestForecastMisfits(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string { return write(t, filepath.Join(folder, name), content) }
	model, _ := trainedWith(t, smallNumbers, waves(80), "--task", "forecast", "--target", "level", "--steps", "8", "--max-steps", "1", "--split", "0.6,0.2,0.2")
	good := file("good.csv", waves(40))
	forecast := []string{"train", "--task", "forecast", "--out", filepath.Join(folder, "out")}
	for _, test := range []struct {
		code int
		args []string
		want []string
	}{
		{exitUsage, append(forecast, "--data", good, "--data", good), []string{"one --data"}},
		{exitUsage, append(forecast, "--data", good, "--input", "noise"), []string{"--target"}},
		{exitUsage, append(forecast, "--data", good, "--embed", "4"), []string{"--embed does not apply"}},
		{exitUsage, []string{"train", "--data", good, "--horizon", "4"}, []string{"--horizon does not apply to --task char"}},
		{exitBadData, append(forecast, "--data", good, "--target", "height"), []string{"good.csv", `"height"`, `"level"`}},
		{exitBadData, append(forecast, "--data", good, "--target", "day"), []string{"good.csv:2", `"d0"`}},
		{exitBadData, append(forecast, "--data", good, "--target", "level", "--steps", "38"), []string{"good.csv", "too little data"}},
		{exitBadData, append(forecast, "--data", good, "--target", "level", "--season", "36"), []string{"good.csv", "season"}},
		{exitBadData, []string{"predict", model, "--data", file("short.csv", waves(5))}, []string{"short.csv", "5 rows", "reads 8"}},
		{exitBadData, []string{"eval", model, "--data", file("other.csv", "a,b\n1,2\n")}, []string{"other.csv", `"level"`}},
		{exitUsage, []string{"eval", model, "--data", good, "--text-column", "1"}, []string{"--text-column"}},
		{exitUsage, []string{"generate", model}, []string{"forecast"}},
	} {
		refuse(t, call(t, "", test.args...), test.code, test.want...)
	}
}
