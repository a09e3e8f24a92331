package format

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"

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

// RecordingFiles returns the files that a path stands for: those that match it if it is a
// pattern such as digits/*.wav, the .wav files of a folder, or itself, by name. It is an
// *Error if there are none.
func RecordingFiles(path string) ([]string, error) {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return []string{path}, nil
	} else if err == nil {
		path = filepath.Join(path, "*.wav")
	}
	files, err := filepath.Glob(path)
	if err != nil || len(files) == 0 {
		return nil, &Error{File: path, Problem: "there is no such file, and none that matches", Err: os.ErrNotExist}
	}
	slices.Sort(files)
	return files, nil
}

// ReadRecordings returns a series for each WAV file, by its spectrum, and what was found out
// about them. A recording's label is what the first group of label, which may be nil for
// none, matches in the file's name.
//
// It is an *Error if a file cannot be read, is no WAV file, or has another rate than the
// one wanted or, if that is 0, than the first file, or if label does not match a name. It
// is an error of another type if there is no such spectrum or label has no group.
func ReadRecordings(files []string, wanted Audio, label *regexp.Regexp) ([]Series, Audio, error) {
	spectrum, err := spectrumOf(wanted.Spectrum)
	if err != nil {
		return nil, wanted, err
	}
	if label != nil && label.NumSubexp() < 1 {
		return nil, wanted, errors.Errorf("format: the pattern of labels, %s, has no group in parentheses", label)
	}
	all := make([]Series, len(files))
	for i, file := range files {
		sound, err := readSound(file)
		if err != nil {
			return nil, wanted, err
		}
		if wanted.Rate == 0 {
			wanted.Rate = sound.Rate
		}
		if sound.Rate != wanted.Rate {
			return nil, wanted, &Error{File: file, Problem: errors.Errorf("has %d samples a second, want %d; resample it", sound.Rate, wanted.Rate).Error()}
		}
		all[i] = Series{Values: spectrum.Of(sound), Width: spectrum.Width(), File: file}
		if label == nil {
			continue
		}
		name := filepath.Base(file)
		match := label.FindStringSubmatch(name)
		if match == nil || match[1] == "" {
			return nil, wanted, &Error{File: file, What: "name", Value: name, Problem: "has no label: the pattern " + label.String() + " does not match it"}
		}
		all[i].Label = match[1]
	}
	return all, wanted, nil
}

func readSound(file string) (*audio.Sound, error) {
	content, err := readFile(file)
	if err != nil {
		return nil, err
	}
	sound, err := audio.DecodeWAV([]byte(content))
	if err != nil {
		return nil, &Error{File: file, Problem: err.Error(), Err: err}
	}
	return sound, nil
}
