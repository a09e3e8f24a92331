package data_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/seed-222a112c/lstm/train/data"
)

// record writes a WAV file of n samples at a rate.
func record(t *testing.T, folder, name string, rate uint32, n int) string {
	t.Helper()
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = append(b, "\x00\x00\x00\x00\x02\x00\x10\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(2*n))
	for i := range n {
		b = binary.LittleEndian.AppendUint16(b, uint16(i*i%997))
	}
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Catches files in another order, a label that is not the group's, and a rate or spectrum
// that is not looked at.
func TestReadRecordings(t *testing.T) {
	folder := t.TempDir()
	record(t, folder, "7_b_0.wav", 8000, 400)
	first := record(t, folder, "3_a_0.wav", 8000, 280)
	write(t, "other.txt", "")
	files := must(data.RecordingFiles(folder))
	label := regexp.MustCompile(`^(\d)_`)
	all, found, err := data.ReadRecordings(files, data.Audio{Spectrum: "mfcc"}, label)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%d %s %d %d %s %d %v", len(files), all[0].Label, all[0].Steps(), all[0].Width, all[1].Label, all[1].Steps(), found)
	if want := "2 3 2 13 7 3 {mfcc 8000}"; got != want || all[0].File != first {
		t.Errorf("%s, want %s", got, want)
	}
	all, _, err = data.ReadRecordings(must(data.RecordingFiles(filepath.Join(folder, "7*.wav"))), data.Audio{"logmel", 8000}, nil)
	if err != nil || len(all) != 1 || all[0].Width != 40 || all[0].Label != "" {
		t.Errorf("%+v, %v", all, err)
	}

	_, _, err = data.ReadRecordings(files, data.Audio{"mfcc", 16000}, label)
	complaint{"3_a_0.wav", 0, "", []string{"8000 samples a second, want 16000"}}.expect(t, err)
	fast := record(t, folder, "9.wav", 16000, 400)
	_, _, err = data.ReadRecordings([]string{first, fast}, data.Audio{Spectrum: "mfcc"}, nil)
	complaint{"9.wav", 0, "", []string{"16000 samples a second, want 8000"}}.expect(t, err)
	_, _, err = data.ReadRecordings([]string{fast}, data.Audio{Spectrum: "mfcc"}, label)
	complaint{"9.wav", 0, "9.wav", []string{"has no label"}}.expect(t, err)
	_, _, err = data.ReadRecordings([]string{write(t, "bad.wav", "RIFF")}, data.Audio{Spectrum: "mfcc"}, nil)
	complaint{"bad.wav", 0, "", []string{"not a WAV file"}}.expect(t, err)
	_, err = data.RecordingFiles(filepath.Join(folder, "no*.wav"))
	complaint{"no*.wav", 0, "", []string{"no such file"}}.expect(t, err)
	_, _, err = data.ReadRecordings(files, data.Audio{Spectrum: "raw"}, nil)
	expectUsage(t, err, `spectrum "raw"`)
	_, _, err = data.ReadRecordings(files, data.Audio{Spectrum: "mfcc"}, regexp.MustCompile(`\d`))
	expectUsage(t, err, "no group")
}

// idx returns an IDX file of bytes.
func idx(body string, shape ...uint32) string {
	b := []byte{0, 0, 8, byte(len(shape))}
	for _, n := range shape {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return string(b) + body
}

// Catches rows taken for columns, and labels of other images.
func TestReadIDX(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	images := file("t-images-idx3-ubyte", idx("\x01\x02\x03\x04\x05\x06\xff\x08\x09\x0a\x0b\x0c", 2, 2, 3))
	labels := file("t-labels-idx1-ubyte", idx("\x07\x00", 2))
	got, err := data.ReadSeries(images, "")
	if want := "7@1:[1 2 3 4 5 6]/3 0@2:[255 8 9 10 11 12]/3"; err != nil || brief3(got) != want {
		t.Errorf("%s, %v, want %s", brief3(got), err, want)
	}
	file("t-labels-idx1-ubyte", idx("\x07", 1))
	_, err = data.ReadSeries(images, "")
	complaint{"t-labels-idx1-ubyte", 0, "", []string{"1 labels", "2 images"}}.expect(t, err)
	os.Remove(labels)
	_, err = data.ReadSeries(images, "")
	complaint{"t-labels-idx1-ubyte", 0, "", []string{"cannot be read"}}.expect(t, err)
	for content, want := range map[string]string{
		"\x00\x00\x08\x03":                   "not an IDX file",
		idx("\x01", 1):                       "not an IDX file",
		idx("\x01", 1, 1, 2):                 "dimension 3 is 2",
		idx("\x01", 1<<31, 1<<31, 1<<31):     "dimension 1",
		idx("", 0, 1, 1):                     "dimension 1 is 0",
		idx("\x01\x02\x03\x04\x05", 1, 2, 2): "5 bytes",
	} {
		_, err := data.SeriesFromBytes("bad", []byte(content), data.IDX)
		complaint{"bad", 0, "", []string{want}}.expect(t, err)
	}
}

// The published sizes of MNIST.
func TestReadMNIST(t *testing.T) {
	all, err := data.ReadSeries(dataset(t, "mnist/t10k-images-idx3-ubyte.gz"), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 10000 || all[0].Steps() != 28 || all[0].Width != 28 || all[0].Label != "7" {
		t.Errorf("%d images, the first of %d rows of %d with label %s", len(all), all[0].Steps(), all[0].Width, all[0].Label)
	}
}

// By hand: of 1, 3 and 5 the mean is 3 and the variance 8/3.
func TestPooledFeatures(t *testing.T) {
	f := data.NewPooledFeatures(2, []float64{1, 3}, []float64{5, nan})
	if got := fmt.Sprintf("%.4f %.4f", f.Mean, f.Deviation); got != "[3.0000 3.0000] [1.6330 1.6330]" {
		t.Errorf("means and deviations %s", got)
	}
}
