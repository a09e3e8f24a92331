package format_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/seed-222a112c/lstm/train/datatest"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
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
	formattest.Write(t, "other.txt", "")
	files := formattest.Must(format.RecordingFiles(folder))
	label := regexp.MustCompile(`^(\d)_`)
	all, found, err := format.ReadRecordings(files, format.Audio{Spectrum: "mfcc"}, label)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%d %s %d %d %s %d %v", len(files), all[0].Label, all[0].Steps(), all[0].Width, all[1].Label, all[1].Steps(), found)
	if want := "2 3 2 13 7 3 {mfcc 8000}"; got != want || all[0].File != first {
		t.Errorf("%s, want %s", got, want)
	}
	all, _, err = format.ReadRecordings(formattest.Must(format.RecordingFiles(filepath.Join(folder, "7*.wav"))), format.Audio{"logmel", 8000}, nil)
	if err != nil || len(all) != 1 || all[0].Width != 40 || all[0].Label != "" {
		t.Errorf("%+v, %v", all, err)
	}

	_, _, err = format.ReadRecordings(files, format.Audio{"mfcc", 16000}, label)
	formattest.Complaint{File: "3_a_0.wav", Texts: []string{"8000 samples a second, want 16000"}}.Expect(t, err)
	fast := record(t, folder, "9.wav", 16000, 400)
	_, _, err = format.ReadRecordings([]string{first, fast}, format.Audio{Spectrum: "mfcc"}, nil)
	formattest.Complaint{File: "9.wav", Texts: []string{"16000 samples a second, want 8000"}}.Expect(t, err)
	_, _, err = format.ReadRecordings([]string{fast}, format.Audio{Spectrum: "mfcc"}, label)
	formattest.Complaint{File: "9.wav", Value: "9.wav", Texts: []string{"has no label"}}.Expect(t, err)
	_, _, err = format.ReadRecordings([]string{formattest.Write(t, "bad.wav", "RIFF")}, format.Audio{Spectrum: "mfcc"}, nil)
	formattest.Complaint{File: "bad.wav", Texts: []string{"not a WAV file"}}.Expect(t, err)
	_, err = format.RecordingFiles(filepath.Join(folder, "no*.wav"))
	formattest.Complaint{File: "no*.wav", Texts: []string{"no such file"}}.Expect(t, err)
	_, _, err = format.ReadRecordings(files, format.Audio{Spectrum: "raw"}, nil)
	formattest.ExpectUsage(t, err, `spectrum "raw"`)
	_, _, err = format.ReadRecordings(files, format.Audio{Spectrum: "mfcc"}, regexp.MustCompile(`\d`))
	formattest.ExpectUsage(t, err, "no group")
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
	got, err := format.ReadSeries(images, "")
	if want := "7@1:[1 2 3 4 5 6]/3 0@2:[255 8 9 10 11 12]/3"; err != nil || brief3(got) != want {
		t.Errorf("%s, %v, want %s", brief3(got), err, want)
	}
	file("t-labels-idx1-ubyte", idx("\x07", 1))
	_, err = format.ReadSeries(images, "")
	formattest.Complaint{File: "t-labels-idx1-ubyte", Texts: []string{"1 labels", "2 images"}}.Expect(t, err)
	os.Remove(labels)
	_, err = format.ReadSeries(images, "")
	formattest.Complaint{File: "t-labels-idx1-ubyte", Texts: []string{"cannot be read"}}.Expect(t, err)
	for content, want := range map[string]string{
		"\x00\x00\x08\x03":                   "not an IDX file",
		idx("\x01", 1):                       "not an IDX file",
		idx("\x01", 1, 1, 2):                 "dimension 3 is 2",
		idx("\x01", 1<<31, 1<<31, 1<<31):     "dimension 1",
		idx("", 0, 1, 1):                     "dimension 1 is 0",
		idx("\x01\x02\x03\x04\x05", 1, 2, 2): "5 bytes",
	} {
		_, err := format.SeriesFromBytes("bad", []byte(content), format.IDX)
		formattest.Complaint{File: "bad", Texts: []string{want}}.Expect(t, err)
	}
}

// The published sizes of MNIST.
func TestReadMNIST(t *testing.T) {
	all, err := format.ReadSeries(datatest.Path(t, "mnist/t10k-images-idx3-ubyte.gz"), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 10000 || all[0].Steps() != 28 || all[0].Width != 28 || all[0].Label != "7" {
		t.Errorf("%d images, the first of %d rows of %d with label %s", len(all), all[0].Steps(), all[0].Width, all[0].Label)
	}
}
