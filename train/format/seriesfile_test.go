package format_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/datatest"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// brief3 writes series as label@line:values/width.
func brief3(all []format.Series) string {
	var parts []string
	for _, s := range all {
		parts = append(parts, fmt.Sprintf("%s@%d:%v/%d", s.Label, s.Line, s.Values, s.Width))
	}
	return strings.Join(parts, " ")
}

const (
	tsText = "#comment\n@problemName p\n@timestamps false\n@univariate false\n@dimensions 2\n@equalLength false\n@classLabel true a e\n@data\n" +
		"1,2,3:4,5,?:a\n\n6:7:e\n"
	arffText = "% comment\n@relation r\n\n@attribute bag relational\n@attribute t0 numeric\n@end bag\n@attribute class {a,e}\n@DATA\n" +
		"'1,2,3\\n4,5,?',a\n\"6\\n7\",'e'\n"
)

// Catches columns that are read as steps or steps as columns, and a missing number that is
// lost in the middle or kept at the end.
func TestReadSeriesText(t *testing.T) {
	for _, c := range []struct {
		name, content string
		format        format.Format
		want          string
	}{
		{"a.ts", tsText, "", "a@9:[1 4 2 5 3 NaN]/2 e@11:[6 7]/2"},
		{"a.TS.gz", "@data\n1,?,3\n?,2,?\n", "", "@2:[1 NaN 3]/1 @3:[NaN 2]/1"},
		{"a", "@classLabel true\n@data\n1.5 , 2:x y\n", format.TS, "x y@3:[1.5 2]/1"},
		{"a.ts", "@data\n1:2,3\n", "", "@2:[1 2 NaN 3]/2"},
		{"a.ts", "@classLabel true\n@data\n:1:a\n", "", "a@3:[NaN 1]/2"},
		{"a.arff", arffText, "", "a@9:[1 4 2 5 3 NaN]/2 e@10:[6 7]/2"},
		{"a.arff", "@data\n1,2,?, b\n", "", "b@2:[1 2]/1"},
		{"a.tsv", "1\t2\t-3e1\r\n-1\t4\tNaN\n", format.UCR, "1@1:[2 -30]/1 -1@2:[4]/1"},
	} {
		got, err := format.SeriesFromBytes(c.name, []byte(c.content), c.format)
		if err != nil || brief3(got) != c.want {
			t.Errorf("%s: %s, %v, want %s", c.name, brief3(got), err, c.want)
		}
	}
}

// Bad files say where and what.
func TestReadSeriesRefuses(t *testing.T) {
	for _, c := range []struct {
		name, content string
		want          formattest.Complaint
	}{
		{"bad.ts", "@data\n", formattest.Complaint{File: "bad.ts", Texts: []string{"no series"}}},
		{"bad.ts", "1,2,3\n", formattest.Complaint{File: "bad.ts", Line: 1, Value: "1,2,3", Texts: []string{"before @data"}}},
		{"bad.ts", "@problemName x\n", formattest.Complaint{File: "bad.ts", Texts: []string{"no line @data"}}},
		{"bad.ts", "@dimensions 2\n@data\n1,2\n", formattest.Complaint{File: "bad.ts", Line: 3, Value: "1,2", Texts: []string{"1 columns, want 2"}}},
		{"bad.ts", "@dimensions x\n@data\n", formattest.Complaint{File: "bad.ts", Line: 1, Value: "@dimensions x"}},
		{"bad.ts", "@timeStamps true\n@data\n", formattest.Complaint{File: "bad.ts", Line: 1, Value: "@timeStamps true", Texts: []string{"time stamps"}}},
		{"bad.ts", "@targetLabel true\n@data\n", formattest.Complaint{File: "bad.ts", Line: 1, Value: "@targetLabel true"}},
		{"bad.ts", "@classLabel true a b\n@data\n1,2:c\n", formattest.Complaint{File: "bad.ts", Line: 3, Value: "c", Texts: []string{"label", `"a", "b"`}}},
		{"bad.ts", "@classLabel true a b\n@data\n1,2:\n", formattest.Complaint{File: "bad.ts", Line: 3, Texts: []string{"label", "is empty"}}},
		{"bad.ts", "@data\n1,zwei\n", formattest.Complaint{File: "bad.ts", Line: 2, Value: "zwei", Texts: []string{"not a finite number"}}},
		{"bad.ts", "@data\n1:2\n3\n", formattest.Complaint{File: "bad.ts", Line: 3, Texts: []string{"1 columns, but the first has 2"}}},
		{"bad.ts", "@data\n" + strings.Repeat("1,", 500) + "1" + strings.Repeat(":1", 500) + "\n", formattest.Complaint{File: "bad.ts", Line: 2, Texts: []string{"too different in length"}}},
		{"bad.ts", "@classLabel true\n@data\na\n", formattest.Complaint{File: "bad.ts", Line: 3, Value: "a", Texts: []string{"0 columns"}}},
		{"bad.arff", "@data\n{1 2, a}\n", formattest.Complaint{File: "bad.arff", Line: 2, Value: "{1 2, a}", Texts: []string{"sparse"}}},
		{"bad.arff", "@data\n12\n", formattest.Complaint{File: "bad.arff", Line: 2, Value: "12"}},
		{"bad.arff", "@data\n'1,2,a\n", formattest.Complaint{File: "bad.arff", Line: 2, Value: "'1,2,a", Texts: []string{"quote"}}},
		{"bad.arff", "x\n", formattest.Complaint{File: "bad.arff", Line: 1, Value: "x", Texts: []string{"before @data"}}},
		{"bad.arff", "@relation\n", formattest.Complaint{File: "bad.arff", Texts: []string{"@data"}}},
		{"bad.npz", "PK", formattest.Complaint{File: "bad.npz", Texts: []string{"neither"}}},
	} {
		_, err := format.ReadSeries(formattest.Write(t, c.name, c.content), "")
		c.want.Expect(t, err)
	}
	_, err := format.SeriesFromBytes("a", []byte("1 2 3\n"), format.UCR)
	formattest.Complaint{File: "a", Line: 1, Value: "1 2 3", Texts: []string{"tabs"}}.Expect(t, err)
	_, err = format.SeriesFromBytes("a.csv", nil, "")
	formattest.ExpectUsage(t, err, "not known to hold series")
}

// npy returns a .npy file, as numpy.save writes it.
func npy(descr, shape string, elements ...any) string {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, shape)
	header += strings.Repeat(" ", 64-(10+len(header)+1)%64) + "\n"
	var b bytes.Buffer
	b.WriteString("\x93NUMPY\x01\x00")
	binary.Write(&b, binary.LittleEndian, uint16(len(header)))
	b.WriteString(header)
	var order binary.ByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	for _, e := range elements {
		if s, ok := e.(string); ok {
			e = []rune(s)
		}
		binary.Write(&b, order, e)
	}
	return b.String()
}

func npz(t testing.TB, arrays map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range arrays {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(content))
	}
	z.Close()
	return b.String()
}

// Catches a byte order, a sign or a shape that is mixed up, and padding that is read.
func TestReadNumPy(t *testing.T) {
	nan := math.NaN()
	x := npy("<f8", "2, 3, 2", []float64{1, 2, 3, 4, 5, 6, 7, 8, nan, 9, nan, nan})
	for _, c := range []struct{ content, want string }{
		{x, "@1:[1 2 3 4 5 6]/2 @2:[7 8 NaN 9]/2"},
		{npy(">f4", "2, 2", []float32{1, -2, 3, 4}), "@1:[1 -2]/1 @2:[3 4]/1"},
		{npy("|i1", "1, 3", []int8{1, -2, 3}), "@1:[1 -2 3]/1"},
		{npy("<i2", "1, 2", []int16{-300, 300}), "@1:[-300 300]/1"},
		{npy("|b1", "1, 2", []bool{true, false}), "@1:[1 0]/1"},
		{npz(t, map[string]string{"X": x, "y": npy("<i8", "2,", []int64{3, -4})}), "3@1:[1 2 3 4 5 6]/2 -4@2:[7 8 NaN 9]/2"},
		{npz(t, map[string]string{"x": x, "y": npy("<U2", "2,", "aé", "b\x00"), "lengths": npy("<u4", "2,", []uint32{1, 3}), "other": "?"}),
			"aé@1:[1 2]/2 b@2:[7 8 NaN 9 NaN NaN]/2"},
	} {
		got, err := format.SeriesFromBytes("a.npz", []byte(c.content), "")
		if err != nil || brief3(got) != c.want {
			t.Errorf("%s, %v, want %s", brief3(got), err, c.want)
		}
	}
}

// Catches a length or a shape that is believed.
func TestReadNumPyRefuses(t *testing.T) {
	x := npy("<f8", "2, 1", []float64{1, 2})
	for content, want := range map[string]string{
		npy("<f8", "2, 2", []float64{1, 2, 3}):                                             "24 bytes",
		npy("<f8", "1, 2", []float64{1, 2, 3}):                                             "24 bytes",
		npy("<f8", "4611686018427387904, 2", []float64{1}):                                 "has 8 bytes",
		npy("<f8", "-1, 2", []float64{1}):                                                  "has 8 bytes",
		npy("<f8", "1099511627776, 0"):                                                     "has 0 bytes",
		npy("<f8", "0, 3"):                                                                 "empty",
		npy("<f8", "2,", []float64{1, 2}):                                                  "want (series, steps, columns)",
		npy("<c8", "1, 1", []float64{1}):                                                   "not that of an array",
		npy("<f2", "1, 1", []int16{1}):                                                     "size",
		npy("<U1", "1, 1", "a"):                                                            "strings",
		npy("<U1", "1, 1", []uint32{1 << 30}):                                              "no character",
		npy("<f8", "1, 1", []float64{math.Inf(1)}):                                         "infinite",
		strings.Replace(x, "False", "True ", 1):                                            "Fortran",
		x[:20]:                                                                             "cut off",
		npz(t, map[string]string{"y": x}):                                                  "no array x",
		npz(t, map[string]string{"x": x, "y": npy("<i8", "1,", int64(1))}):                 "has shape [1], and x has 2 series",
		npz(t, map[string]string{"x": x, "lengths": npy("<i8", "2,", []int64{1, 2})}):      "2 steps of series 2",
		npz(t, map[string]string{"x": x, "lengths": npy("<f8", "2,", []float64{1, -1})}):   "-1 steps",
		npz(t, map[string]string{"x": x, "lengths": npy("<f8", "2,", []float64{.5, nan})}): "0.5 steps",
		npz(t, map[string]string{"x": "nonsense"}):                                         "\\x93NUMPY",
	} {
		_, err := format.SeriesFromBytes("bad.npz", []byte(content), "")
		var bad *format.Error
		if !errors.As(err, &bad) || bad.File != "bad.npz" || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a complaint about bad.npz that says %q", err, want)
		}
	}
}

var nan = math.NaN()

// Whatever a file holds, all series are as wide as the first and hold no infinite number.
func FuzzReadSeries(f *testing.F) {
	for _, seed := range []string{tsText, arffText, "1\t2\t3\n", npy("<f4", "1, 2, 1", []float32{1, 2}),
		npz(f, map[string]string{"x": npy("<f4", "1, 2", []float32{1, 2}), "y": npy("<U1", "1,", "a")})} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, asked := range []format.Format{format.TS, format.ARFF, format.UCR, format.NPZ} {
			all, err := format.SeriesFromBytes("file", content, asked)
			var bad *format.Error
			if err != nil {
				if !errors.As(err, &bad) {
					t.Fatalf("error %v (%T)", err, err)
				}
				continue
			}
			for _, s := range all {
				if s.Width < 1 || s.Width != all[0].Width || s.Steps()*s.Width != len(s.Values) {
					t.Fatalf("%+v", s)
				}
				for _, x := range s.Values {
					if math.IsInf(x, 0) {
						t.Fatalf("%+v", s)
					}
				}
			}
		}
	})
}

// The published sizes of the archive's data sets.
func TestReadArchive(t *testing.T) {
	for name, want := range map[string]string{
		"JapaneseVowels/JapaneseVowels_TRAIN":    "270 series of 12 columns, 7 to 26 steps, 9 labels",
		"JapaneseVowels/JapaneseVowels_TEST":     "370 series of 12 columns, 7 to 29 steps, 9 labels",
		"ItalyPowerDemand/ItalyPowerDemand_TEST": "1029 series of 1 columns, 24 to 24 steps, 2 labels",
		"BasicMotions/BasicMotions_TRAIN":        "40 series of 6 columns, 100 to 100 steps, 4 labels",
		"GunPoint/GunPoint_TEST":                 "150 series of 1 columns, 150 to 150 steps, 2 labels",
	} {
		all, err := format.ReadSeries(datatest.Path(t, "tsc_"+name+".ts"), "")
		if err != nil {
			t.Fatal(err)
		}
		shortest, longest := all[0].Steps(), 0
		for _, s := range all {
			shortest, longest = min(shortest, s.Steps()), max(longest, s.Steps())
		}
		got := fmt.Sprintf("%d series of %d columns, %d to %d steps, %d labels", len(all), all[0].Width, shortest, longest, formattest.Must(schema.NewSeriesLabels(all)).Len())
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
