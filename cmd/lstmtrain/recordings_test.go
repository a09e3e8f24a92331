package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// tones writes recordings of low and high tones, named low_0.wav, high_0.wav and so on.
func tones(t *testing.T, rate, n int) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for i := range n {
		for name, hertz := range map[string]float64{"low": 300 + 20*float64(i), "high": 2000 + 50*float64(i)} {
			samples := rate/20 + 20*i
			b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
			b = binary.LittleEndian.AppendUint32(b, uint32(rate))
			b = append(b, "\x00\x00\x00\x00\x02\x00\x10\x00data"...)
			b = binary.LittleEndian.AppendUint32(b, uint32(2*samples))
			for k := range samples {
				b = binary.LittleEndian.AppendUint16(b, uint16(int16(9000*math.Sin(2*math.Pi*hertz*float64(k)/float64(rate)))))
			}
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s_%d.wav", name, i)), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

// A classifier of recordings is trained on a folder, tested on a pattern, read again and
// asked. Would catch a label that is the whole name, and a spectrum that the model forgets.
func TestClassifyRecordings(t *testing.T) {
	folder := tones(t, 8000, 10)
	out := filepath.Join(t.TempDir(), "out")
	for _, spectrum := range []string{"mfcc", "logmel"} {
		args := append([]string{"train", "--task", "classify", "--format", "wav", "--data", folder, "--test", filepath.Join(folder, "*_[0-3].wav"),
			"--split", "0.8,0.2,0", "--spectrum", spectrum, "--epochs", "20", "--lr", "0.02", "--out", out, "--force", "--json"}, smallNumbers[:6]...)
		var got struct{ Test train.Metrics }
		r := succeed(t, "", args...)
		if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || got.Test.Targets != 8 || got.Test.Value("accuracy") != 1 {
			t.Errorf("%s: %v %s", spectrum, err, r.stdout)
		}
		if part := lines[train.Metrics](t, succeed(t, "", "eval", out, "--data", filepath.Join(folder, "*.wav"), "--json").stdout)[0]; part.Targets != 20 || part.Value("accuracy") != 1 {
			t.Errorf("%s: eval gives %+v", spectrum, part)
		}
		all := lines[seriesJSON](t, succeed(t, "", "predict", out, "--data", filepath.Join(folder, "low_3.wav")).stdout)
		if len(all) != 1 || all[0].Label != "low" || all[0].Truth != "" || !strings.HasSuffix(all[0].File, "low_3.wav") {
			t.Errorf("%s: predict gives %+v", spectrum, all)
		}
	}
	refuse(t, call(t, "", "eval", out, "--data", filepath.Join(tones(t, 16000, 1), "low_0.wav")), exitBadData, "low_0.wav", "16000 samples a second, want 8000")
	refuse(t, call(t, "", "eval", out, "--data", filepath.Join(folder, "low_0.wav"), "--label-pattern", "^(x)"), exitBadData, "low_0.wav", "has no label")
	for args, want := range map[string]string{
		"train --task classify --data a.wav --label-pattern ^a":  `"--label-pattern" flag: want a regular expression with a group`,
		"train --task classify --data a.wav --spectrum raw":      `"--spectrum" flag: want one of mfcc, logmel`,
		"train --task classify --data a.tsv --spectrum mfcc":     "--spectrum applies to recordings",
		"train --task classify --data a.ts --spectrum mfcc":      "--spectrum applies to recordings",
		"train --task classify --data a.wav --text-column 1":     "--text-column does not apply to series",
		"train --task tag --data a.conll --label-pattern ^(.)":   "--label-pattern does not apply to --task tag",
		"train --task classify --data a.wav --header --limit 10": "--header does not apply",
	} {
		refuse(t, call(t, "", strings.Fields(args)...), exitUsage, want)
	}
}
