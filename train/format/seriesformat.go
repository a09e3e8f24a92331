package format

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The formats of files of series.
const (
	TS   Format = "ts"   // of the UEA archive, as in aeon and sktime
	UCR  Format = "ucr"  // of the UCR archive, its .tsv: a label and numbers on each line
	ARFF Format = "arff" // of Weka, as in the UEA archive
	NPZ  Format = "npz"  // of NumPy: arrays x, y and lengths; also a .npy of x alone
)

// seriesFormats are the formats by the ends of files' names.
var seriesFormats = map[string]Format{".ts": TS, ".arff": ARFF, ".npz": NPZ, ".npy": NPZ, ".wav": WAV, ".wave": WAV}

// SeriesFormat returns the format of a file of series: the one that is asked for or, if
// that is "", what the end of the file's name says or, if that may also be one of texts, the
// content: a class and numbers on every line are UCR. A folder of recordings is WAV. It is "" if
// the file is none of series.
func SeriesFormat(path string, asked Format) Format {
	if asked != "" {
		if slices.Contains([]Format{TS, UCR, ARFF, NPZ, IDX, WAV}, asked) {
			return asked
		}
		return ""
	}
	if isIDX(path) {
		return IDX
	}
	extension := filepath.Ext(strings.TrimSuffix(strings.ToLower(path), ".gz"))
	if known := seriesFormats[extension]; known != "" {
		return known
	}
	if info, err := os.Stat(path); err != nil {
		return ""
	} else if info.IsDir() {
		if files, err := RecordingFiles(path); err == nil && len(files) > 0 {
			return WAV
		}
		return ""
	}
	if extension == ".jsonl" || extension == ".ndjson" || extension == ".json" || strings.HasPrefix(extension, ".conll") {
		return ""
	}
	return formatOfSample(beginningOf(path))
}

// formatOfSample returns the format of series that the beginning of a file shows.
func formatOfSample(sample string) Format {
	start := strings.ToLower(strings.TrimLeft(sample, " \t\r\n"))
	switch {
	case strings.HasPrefix(sample, numpyMagic):
		return NPZ
	case strings.HasPrefix(start, "@relation"), strings.HasPrefix(start, "%") && strings.Contains(start, "\n@relation"):
		return ARFF
	case strings.HasPrefix(start, "@problemname"):
		return TS
	case strings.IndexByte(sample, 0) < 0 && ucrWidth(sample) > 0:
		return UCR
	}
	return ""
}
