package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/spf13/pflag"
)

// saving says what a training leaves on the way, so that it can be watched and resumed.
type saving struct {
	CheckpointEvery cadence  `json:"checkpoint_every"`
	Keep            int      `json:"keep"`
	Log             []string `json:"log,omitempty"`
	SampleEvery     int      `json:"sample_every,omitempty"`
}

func newSaving() saving {
	return saving{CheckpointEvery: cadence{every: 10 * time.Minute}, Keep: 1}
}

// The records that there can be beside metrics.jsonl.
const (
	logCSV         = "csv"
	logTensorBoard = "tensorboard"
)

func (s *saving) group() flagGroup {
	g := newFlagGroup("Saving")
	g.Var(everyFlag(&s.CheckpointEvery), "checkpoint-every", "save the whole training after so many batches, as in 200, or so much\ntime, as in 10m, so that resume can continue it; 0 for never")
	g.Var(wholeFrom(1, &s.Keep), "keep", "how many checkpoints to keep, the latest included")
	g.Var(someOf(&s.Log, logCSV, logTensorBoard), "log", "write metrics.csv or TensorBoard's event files beside metrics.jsonl")
	g.Var(wholeFrom(0, &s.SampleEvery), "sample-every", "show a sample of text after each so many batches; 0 for none (char, word)")
	return g
}

// completeSaving turns checkpoints off for an optimizer whose state cannot be saved.
func (s *settings) completeSaving(flags *pflag.FlagSet) error {
	if s.resumable() {
		return nil
	}
	if flags.Changed("checkpoint-every") && s.CheckpointEvery != (cadence{}) {
		return usagef("--checkpoint-every does not apply to --optimizer %s, whose state cannot be saved", s.Optimizer)
	}
	s.CheckpointEvery = cadence{}
	return nil
}

// A cadence is how often something is done: each so many steps or each so much time. It
// is never done if both are zero.
type cadence struct {
	steps int
	every time.Duration
}

// String writes a cadence as the flag accepts it: 200, 10m or 0.
func (c cadence) String() string {
	if c.every == 0 {
		return strconv.Itoa(c.steps)
	}
	s := c.every.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText is String, for config.json.
func (c cadence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *cadence) UnmarshalText(text []byte) error {
	parsed, ok := parseCadence(string(text))
	if !ok {
		return errors.Errorf("%q, want %s", text, wantCadence)
	}
	*c = parsed
	return nil
}

const wantCadence = "a number of batches, such as 200, or a time, such as 10m or 1h30m; 0 for never"

func parseCadence(s string) (cadence, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return cadence{steps: n}, n >= 0
	}
	every, err := time.ParseDuration(s)
	return cadence{every: every}, err == nil && every > 0
}

func everyFlag(into *cadence) pflag.Value {
	return value[cadence]{into, "N|TIME", wantCadence, parseCadence}
}

// wordList is a list of words, written with commas between them.
type wordList []string

func (w wordList) String() string { return strings.Join(w, ",") }

// someOf accepts some of the given words, with commas between them.
func someOf(into *[]string, known ...string) pflag.Value {
	want := fmt.Sprintf("one or more of %s, with commas between them", strings.Join(known, ", "))
	return value[wordList]{(*wordList)(into), strings.Join(known, ","), want, func(s string) (wordList, bool) {
		given := wordList(strings.Split(s, ","))
		for i, word := range given {
			if !slices.Contains(known, word) || slices.Contains(given[:i], word) {
				return nil, false
			}
		}
		return given, true
	}}
}
