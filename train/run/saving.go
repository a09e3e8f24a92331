package run

import (
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// Saving says what a training leaves on its way, so that it can be watched and continued. There are
// always metrics.jsonl and, unless CheckpointEvery is zero, a checkpoint at the beginning and the end.
type Saving struct {
	CheckpointEvery Interval `json:"checkpoint_every"`
	Keep            int      `json:"keep"`          // checkpoints to keep, the latest included; 1 if 0
	Log             []string `json:"log,omitempty"` // further records, of Logs
}

// The records that there can be beside metrics.jsonl.
const (
	CSV         = "csv"
	TensorBoard = "tensorboard"
)

// Logs lists the records that there can be.
var Logs = []string{CSV, TensorBoard}

// An Interval is how often something is done: each so many steps or each so much time. It
// is never done if both are zero.
type Interval struct {
	Steps int
	Time  time.Duration
}

// String writes an interval as UnmarshalText reads it: 200, 10m or 0.
func (i Interval) String() string {
	if i.Time == 0 {
		return strconv.Itoa(i.Steps)
	}
	s := i.Time.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText is String.
func (i Interval) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads a number of steps or a time.
func (i *Interval) UnmarshalText(text []byte) error {
	var parsed Interval
	n, err := strconv.Atoi(string(text))
	ok := err == nil && n >= 0
	if parsed.Steps = n; err != nil {
		parsed.Steps = 0
		parsed.Time, err = time.ParseDuration(string(text))
		ok = err == nil && parsed.Time > 0
	}
	if !ok {
		return errors.New("want a number of batches, such as 200, or a time, such as 10m or 1h30m; 0 for never")
	}
	*i = parsed
	return nil
}
