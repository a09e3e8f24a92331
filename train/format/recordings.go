package format

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/audio"
)

// WAV is the format of recordings.
const WAV Format = "wav"

// An Audio says how recordings became numbers.
type Audio struct {
	Spectrum string `json:"spectrum"` // a name of Spectra
	Rate     int    `json:"rate"`     // samples a second
}

// Spectra are the kinds of rows that recordings become.
var Spectra = []string{"mfcc", "logmel"}

func spectrumOf(name string) (audio.Spectrum, error) {
	switch name {
	case "mfcc":
		return audio.MFCC, nil
	case "logmel":
		return audio.LogMel, nil
	}
	return audio.Spectrum{}, errors.Errorf("format: spectrum %q; it is one of %v", name, Spectra)
}

// RecordingFiles returns the files that a path stands for, by name: those that match it if it is a
// pattern such as digits/*.wav; the files of a folder that end in .wav, in capitals or not, or, if it
// holds none, those of the folders in it; or itself. It is an *Error if there are none.
func RecordingFiles(path string) ([]string, error) {
	missing := &Error{File: path, Problem: "there is no such file, and none that matches", Err: os.ErrNotExist}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return []string{path}, nil
	} else if err == nil {
		files, err := recordingsIn(path)
		if err == nil && len(files) == 0 {
			missing.Problem = "the folder holds no .wav files, and no folder in it does"
			err = missing
		}
		return files, err
	}
	files, err := filepath.Glob(path)
	if err != nil || len(files) == 0 {
		return nil, missing
	}
	slices.Sort(files)
	return files, nil
}

// recordingsIn returns the .wav files of a folder or, if there are none, of the folders in it.
func recordingsIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, unreadable(folder, err)
	}
	var files, deeper []string
	for _, entry := range entries {
		name := filepath.Join(folder, entry.Name())
		if isWAV(name) && !isFolder(name) {
			files = append(files, name)
		}
	}
	if len(files) > 0 {
		return files, nil
	}
	for _, entry := range entries {
		name := filepath.Join(folder, entry.Name())
		if !isFolder(name) {
			continue
		}
		inner, err := os.ReadDir(name)
		if err != nil {
			return nil, unreadable(name, err)
		}
		for _, file := range inner {
			if path := filepath.Join(name, file.Name()); isWAV(path) && !isFolder(path) {
				deeper = append(deeper, path)
			}
		}
	}
	return deeper, nil
}

func isWAV(path string) bool { return seriesFormats[strings.ToLower(filepath.Ext(path))] == WAV }

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// RecordingOptions say how recordings are read.
type RecordingOptions struct {
	Audio // the spectrum and, unless it is 0, the rate that all must have

	// Label is a pattern whose first group is the label in a file's name or, if the pattern has a
	// slash, in its path. If it is nil, the label is what stands before the first underscore of the
	// name or, if the files of several folders do not all have one, the folder's name; if both are
	// as likely, the recordings are refused.
	Label *regexp.Regexp

	NoLabel bool
}

// Recordings are the series of recordings, and how they were read.
type Recordings struct {
	Series  []Series
	Audio   Audio
	Reading *Reading
}

// ReadRecordings returns a series for each WAV file, by OpenRecordings, and what was found out
// about them. Without a pattern there are no labels.
func ReadRecordings(files []string, wanted Audio, label *regexp.Regexp) ([]Series, Audio, error) {
	r, err := OpenRecordings(files, RecordingOptions{Audio: wanted, Label: label, NoLabel: label == nil})
	if err != nil {
		return nil, wanted, err
	}
	return r.Series, r.Audio, nil
}

// OpenRecordings returns a series for each WAV file, by its spectrum.
//
// It is an *Error if a file cannot be read, is no WAV file, or has another rate than the
// one wanted or, if that is 0, than the first file, or if there is no label. It
// is an error of another type if there is no such spectrum or the pattern of labels has no group.
func OpenRecordings(files []string, o RecordingOptions) (*Recordings, error) {
	spectrum, err := spectrumOf(o.Spectrum)
	if err != nil {
		return nil, err
	}
	if o.Label != nil && o.Label.NumSubexp() < 1 {
		return nil, errors.Errorf("format: the pattern of labels, %s, has no group in parentheses", o.Label)
	}
	if o.Label != nil && o.NoLabel {
		return nil, errors.Errorf("format: the pattern of labels, %s, but labels are not to be read", o.Label)
	}
	if len(files) == 0 {
		return nil, errors.New("format: no recordings")
	}
	r := &Recordings{Audio: o.Audio, Series: make([]Series, len(files)), Reading: &Reading{File: filepath.Dir(files[0]), Format: WAV}}
	labelOf, err := o.labels(files, r.Reading)
	if err != nil {
		return nil, err
	}
	for i, file := range files {
		label, err := labelOf(file)
		if err != nil {
			return nil, err
		}
		sound, err := readSound(file)
		if err != nil {
			return nil, err
		}
		if r.Audio.Rate == 0 {
			r.Audio.Rate = sound.Rate
		}
		if sound.Rate != r.Audio.Rate {
			return nil, &Error{File: file, Option: "Rate", Problem: errors.Errorf("has %d samples a second, want %d; resample it", sound.Rate, r.Audio.Rate).Error()}
		}
		r.Series[i] = Series{Values: spectrum.Of(sound), Width: spectrum.Width(), File: file, Label: label}
	}
	r.Reading.set("rate", strconv.Itoa(r.Audio.Rate), o.Rate != 0, "Rate")
	r.Reading.set("spectrum", o.Spectrum, true, "Spectrum")
	r.Reading.sumUp(r.Series)
	return r, nil
}

// beforeUnderscore is the usual place of labels in files' names.
var beforeUnderscore = regexp.MustCompile(`^([^_]+)_`)

// labels returns what finds the label of a file.
func (o RecordingOptions) labels(files []string, r *Reading) (func(file string) (string, error), error) {
	switch {
	case o.NoLabel:
		return func(string) (string, error) { return "", nil }, nil
	case o.Label != nil:
		r.set("label", o.Label.String(), true, "Label")
		return o.matched, nil
	}
	prefixes, folders, all := map[string]bool{}, map[string]bool{}, true
	for _, file := range files {
		folders[filepath.Base(filepath.Dir(file))] = true
		m := beforeUnderscore.FindStringSubmatch(filepath.Base(file))
		if all = all && m != nil; all {
			prefixes[m[1]] = true
		}
	}
	switch several := len(folders) > 1; {
	case several && all && 2*len(prefixes) <= len(files) && len(prefixes) > 1 && !sameNames(prefixes, folders):
		return nil, &Error{File: files[0], Option: "Label", Problem: fmt.Sprintf(
			"its label may be the folder, one of %d, or what stands before the first underscore of its name, one of %d; give the pattern of labels", len(folders), len(prefixes))}
	case several:
		r.set("label", "the folder's name", false, "Label")
		return func(file string) (string, error) { return filepath.Base(filepath.Dir(file)), nil }, nil
	}
	r.set("label", "what stands before the first underscore of the name", false, "Label")
	o.Label = beforeUnderscore
	return o.matched, nil
}

func sameNames(a, b map[string]bool) bool {
	for name := range a {
		if !b[name] {
			return false
		}
	}
	return len(a) == len(b)
}

// matched returns what the pattern's first group matches.
func (o RecordingOptions) matched(file string) (string, error) {
	name := filepath.Base(file)
	if strings.Contains(o.Label.String(), "/") {
		name = filepath.ToSlash(file)
	}
	match := o.Label.FindStringSubmatch(name)
	if match == nil || match[1] == "" {
		return "", &Error{File: file, What: "name", Value: name, Option: "Label", Problem: "has no label: the pattern " + o.Label.String() + " does not match it"}
	}
	return match[1], nil
}

func readSound(file string) (*audio.Sound, error) {
	content, err := readFile(file, 0)
	if err != nil {
		return nil, err
	}
	sound, err := audio.DecodeWAV(asBytes(content))
	if err != nil {
		return nil, &Error{File: file, Problem: err.Error(), Err: err}
	}
	return sound, nil
}
