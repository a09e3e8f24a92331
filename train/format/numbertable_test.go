package format_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/datatest"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

// Catches columns mixed up, a header read as data or data as a header, and missing numbers
// read as 0.
func TestReadTable(t *testing.T) {
	for _, c := range []struct {
		content string
		columns []string
		want    string
	}{
		{"date,a,b\n2020,1,x\n2021,2.5e1,y\n", []string{"a"}, "[a] [1 25]"},
		{"date,a,b\n2020,1,7\n2021,-2,8\n", []string{"b", "a"}, "[b a] [7 1 8 -2]"},
		{"date,a,b\nmay,1,7\njune,2,8\n", nil, "[a b] [1 7 2 8]"},
		{"\"m\",\"a\"\r\n\"x\", 1\r\n\r\n\"y\",\r\n", []string{"2"}, "[a] [1 NaN]"},
		{"1,2\n3,?\nNA,nan\n", nil, "[1 2] [1 2 3 NaN NaN NaN]"},
		{"1,2\n3,N/A\nnull,4\n", []string{"2"}, "[2] [2 NaN 4]"},
		{"2,1\n5,6\n", []string{"1"}, "[1] [2 5]"},
		{"a,1\n5,6\n", []string{"1"}, "[1] [6]"}, // a name is more than a number
	} {
		got, err := format.TableFromBytes("a.csv", []byte(c.content), c.columns)
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(got.Names, got.Values); text != c.want {
			t.Errorf("%q, columns %v: %s, want %s", c.content, c.columns, text, c.want)
		}
	}
}

// Bad files say where and what.
func TestReadTableRefuses(t *testing.T) {
	for _, c := range []struct {
		content string
		columns []string
		want    formattest.Complaint
	}{
		{"", nil, formattest.Complaint{File: "bad.csv", Texts: []string{"is empty"}}},
		{"\n\n", nil, formattest.Complaint{File: "bad.csv", Texts: []string{"no rows"}}},
		{"a,b\n", nil, formattest.Complaint{File: "bad.csv", Texts: []string{"no rows"}}},
		{"a,b\n1,2\n3,x\n", []string{"b"}, formattest.Complaint{File: "bad.csv", Line: 3, Value: "x", Texts: []string{`column "b"`, "not a finite number"}}},
		{"a,b\n1,Inf\n", []string{"b"}, formattest.Complaint{File: "bad.csv", Line: 2, Value: "Inf"}},
		{"a,b\n1,1e999\n", []string{"b"}, formattest.Complaint{File: "bad.csv", Line: 2, Value: "1e999"}},
		{"a,b\n1,2\n3\n", []string{"b"}, formattest.Complaint{File: "bad.csv", Line: 3, Value: "3", Texts: []string{"column 2", `"b"`}}},
		{"a,b\n1,2\n", []string{"c"}, formattest.Complaint{File: "bad.csv", Value: "c", Texts: []string{`"a", "b"`}}},
		{"a,b\n1,2\n", []string{"3"}, formattest.Complaint{File: "bad.csv", Value: "3", Texts: []string{"no such column"}}},
		{"a,b\n1,2\n", []string{"b", "2"}, formattest.Complaint{File: "bad.csv", Value: "2", Texts: []string{"twice"}}},
		{"a,b\nx,y\n", nil, formattest.Complaint{File: "bad.csv", Texts: []string{"no column that holds numbers"}}},
		{"a,b\n\"1,2\n", nil, formattest.Complaint{File: "bad.csv", Line: 2, Value: "\"1,2", Texts: []string{"not CSV"}}},
	} {
		_, err := format.ReadTable(formattest.Write(t, "bad.csv", c.content), c.columns)
		c.want.Expect(t, err)
	}
}

// Whatever a file holds, a table has a number or NaN for every column of every row.
func FuzzReadTable(f *testing.F) {
	f.Add([]byte("date,a\nx,1\ny,\n"), "a")
	f.Add([]byte("1,2\n3,?\n"), "2")
	f.Fuzz(func(t *testing.T, content []byte, column string) {
		for _, columns := range [][]string{nil, {column}} {
			table, err := format.TableFromBytes("file", content, columns)
			var bad *format.Error
			if err != nil {
				if !errors.As(err, &bad) {
					t.Fatalf("error %v (%T)", err, err)
				}
				continue
			}
			if table.Steps() == 0 || len(table.Names) != table.Width || len(table.Values) != table.Steps()*table.Width {
				t.Fatalf("%+v", table)
			}
			for _, x := range table.Values {
				if math.IsInf(x, 0) {
					t.Fatalf("%+v", table)
				}
			}
		}
	})
}

// The published sizes of the series.
func TestReadSeries(t *testing.T) {
	for name, want := range map[string]string{
		"timeseries_small/airline-passengers.csv": "144 [Passengers]",
		"ett/ETTh1.csv": "17420 [HUFL HULL MUFL MULL LUFL LULL OT]",
		"household_power_daily/household_power_consumption_days.csv": "1442 [Global_active_power Global_reactive_power Voltage " +
			"Global_intensity Sub_metering_1 Sub_metering_2 Sub_metering_3 sub_metering_4]",
	} {
		table, err := format.ReadTable(datatest.Path(t, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(table.Steps(), table.Names); got != want || strings.Contains(fmt.Sprint(table.Values), "NaN") {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
