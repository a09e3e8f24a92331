package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
)

// Notes in a checkpoint, by which a training that is resumed is held against the one
// that was begun.
const (
	noteConfig    = "config"    // the content of config.json
	noteChecksums = "checksums" // of the data, by file
)

// config returns the settings as config.json holds them.
func (s *settings) config() (string, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	return string(text) + "\n", errors.Wrap(err, "writing the settings")
}

// notes returns what a checkpoint says of where it came from.
func (s *settings) notes() (map[string]string, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	sums, err := s.checksums()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(sums)
	return map[string]string{noteConfig: config, noteChecksums: string(text)}, errors.Wrap(err, "writing checksums")
}

// dataFile is a file that a training reads, by the flag that names it.
type dataFile struct{ flag, path string }

// dataFiles lists the files of the settings.
func (s *settings) dataFiles() []dataFile {
	var files []dataFile
	for _, path := range s.Data {
		files = append(files, dataFile{"data", path})
	}
	for flag, path := range map[string]string{"valid": s.Valid, "test": s.Test} {
		if path != "" {
			files = append(files, dataFile{flag, path})
		}
	}
	return files
}

// goSourceName stands for a file where there is none.
const goSourceName = "Go source text"

// checksums returns the SHA-256 of all data, by file.
func (s *settings) checksums() (map[string]string, error) {
	sums := map[string]string{}
	if len(s.Data) == 0 {
		content, _, err := format.GoSource(goSourceBytes)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		sums[goSourceName] = hex.EncodeToString(sum[:])
	}
	for _, f := range s.dataFiles() {
		sum, err := checksum(f.path)
		if err != nil {
			return nil, err
		}
		sums[f.path] = sum
	}
	return sums, nil
}

// checksum returns the SHA-256 of a file or, of a folder or a pattern, that of the names
// and checksums of the files that it stands for.
func checksum(path string) (string, error) {
	files, err := format.RecordingFiles(path)
	if err != nil {
		return "", err
	}
	if len(files) == 1 && files[0] == path {
		return fileChecksum(path)
	}
	all := sha256.New()
	for _, file := range files {
		sum, err := fileChecksum(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(all, "%s %s\n", filepath.Base(file), sum)
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}

func fileChecksum(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", &format.Error{File: path, Problem: "cannot be read", Err: err}
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", &format.Error{File: path, Problem: "cannot be read", Err: err}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// checkData compares the data with what they were when the training was saved. Files
// whose flags are overridden may have changed.
func (s *settings) checkData(note string, overridden map[string]bool) error {
	var then map[string]string
	if err := json.Unmarshal([]byte(note), &then); err != nil {
		return errors.Wrap(err, "the checksums in the checkpoint")
	}
	now, err := s.checksums()
	if err != nil {
		return err
	}
	if sum, ok := now[goSourceName]; ok && sum != then[goSourceName] {
		return &format.Error{File: goSourceName, Problem: "is not what the training began with: the toolchain has changed; begin a new run"}
	}
	for _, f := range s.dataFiles() {
		if now[f.path] != then[f.path] && !overridden[f.flag] {
			return &format.Error{File: f.path, Problem: fmt.Sprintf(
				"has changed since the training began: its SHA-256 was %.12s… and is %.12s…; put the old file back, or take the new one with --override %s=%s",
				then[f.path], now[f.path], f.flag, f.path)}
		}
	}
	return nil
}

// checkConfig compares config.json with the settings that the training was saved with.
// Settings that are overridden may have changed.
func checkConfig(path, note string, overridden map[string]bool) error {
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
		if !equalJSON(then[key], now[key]) && !overridden[flagOf(key)] {
			changed = append(changed, fmt.Sprintf("%s was %s and is %s", key, orNothing(then[key]), orNothing(now[key])))
		}
	}
	if changed == nil {
		return nil
	}
	return &format.Error{File: path, Problem: fmt.Sprintf(
		"has changed since the training was saved: %s; put it back, or change settings with --override KEY=VALUE", strings.Join(changed, ", "))}
}

// flagOf returns the name of the flag for a key of config.json.
func flagOf(key string) string { return strings.ReplaceAll(key, "_", "-") }

// equalJSON compares values but for spaces.
func equalJSON(a, b json.RawMessage) bool {
	return bytes.Equal(compact(a), compact(b))
}

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
