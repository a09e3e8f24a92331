package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
)

// Notes in a checkpoint, by which a training that is continued is held against the one
// that was begun.
const (
	noteSettings  = "config"    // the content of config.json
	noteChecksums = "checksums" // of the data, by file
)

// notes returns what a checkpoint says of where it came from.
func (p *Plan) notes() (map[string]string, error) {
	settings, err := json.MarshalIndent(p.Settings, "", "  ")
	if err != nil {
		return nil, errors.Wrap(err, "writing the settings")
	}
	sums := map[string]string{}
	for _, f := range p.Data {
		sums[f.Path] = f.SHA256
	}
	text, err := json.Marshal(sums)
	return map[string]string{noteSettings: string(settings) + "\n", noteChecksums: string(text)}, errors.Wrap(err, "writing checksums")
}

// checkData compares the data with what they were when the training was saved. Files
// whose options are overridden may have changed.
func checkData(note string, files []dataset.File, overridden map[string]bool) error {
	var then map[string]string
	if err := json.Unmarshal([]byte(note), &then); err != nil {
		return errors.Wrap(err, "the checksums in the checkpoint")
	}
	for _, f := range files {
		switch was := then[f.Path]; {
		case was == f.SHA256:
		case f.Path == dataset.GoSourceName:
			return &format.Error{File: f.Path, Problem: "is not what the training began with: the toolchain has changed; begin a new run"}
		case !overridden[f.Option]:
			return &format.Error{File: f.Path, Problem: fmt.Sprintf(
				"has changed since the training began: its SHA-256 was %.12s… and is %.12s…; put the old file back, or take the new one with --override %s=%s",
				was, f.SHA256, f.Option, f.Path)}
		}
	}
	return nil
}

// checkSettings compares config.json with the settings that the training was saved with.
// Settings that are overridden may have changed.
func checkSettings(path, note string, overridden map[string]bool) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return &format.Error{File: path, Problem: "cannot be read", Err: err}
	}
	var then, now map[string]json.RawMessage
	if err := json.Unmarshal(content, &now); err != nil {
		return &format.Error{File: path, Problem: fmt.Sprintf("is not JSON: %v; put the old file back", err), Err: err}
	}
	if err := json.Unmarshal([]byte(note), &then); err != nil {
		return errors.Wrap(err, "the settings in the checkpoint")
	}
	keys := maps.Clone(then)
	maps.Copy(keys, now)
	var changed []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !equalJSON(then[key], now[key]) && !overridden[Option(key)] {
			changed = append(changed, fmt.Sprintf("%s was %s and is %s", key, orNothing(then[key]), orNothing(now[key])))
		}
	}
	if changed == nil {
		return nil
	}
	return &format.Error{File: path, Problem: fmt.Sprintf(
		"has changed since the training was saved: %s; put it back, or change settings with --override KEY=VALUE", strings.Join(changed, ", "))}
}

// Option returns the name of the option, as a flag, for a key of config.json: max-steps for max_steps.
func Option(key string) string { return strings.ReplaceAll(key, "_", "-") }

// equalJSON compares values but for spaces.
func equalJSON(a, b json.RawMessage) bool { return bytes.Equal(compact(a), compact(b)) }

func orNothing(value json.RawMessage) string {
	if value == nil {
		return "nothing"
	}
	return string(compact(value))
}

func compact(value json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return value
	}
	return b.Bytes()
}
