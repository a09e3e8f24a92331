package format_test

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
)

type tableOptions = format.TableOptions

// cases is the folder of the files that were once read wrongly.
const cases = "testdata/cases"

// rows writes a table as its names and its rows, of which it leaves out all but the first and the
// last two.
func rows(t *format.Table) string {
	var b strings.Builder
	fmt.Fprint(&b, strings.Join(t.Names, ","))
	for i := range t.Steps() {
		if i == 2 && t.Steps() > 4 {
			b.WriteString(" …")
		}
		if i < 2 || i >= t.Steps()-2 {
			fmt.Fprint(&b, " ", t.Values[i*t.Width:(i+1)*t.Width])
		}
	}
	return b.String()
}

// An expected table: what it holds, and what its reading says.
type expectedTable struct {
	name, content string // content is that of the file of that name if it is ""
	o             tableOptions
	want          string
	says          []string
}

func (c expectedTable) check(t *testing.T) {
	t.Helper()
	var got *format.Table
	var err error
	if c.content == "" {
		got, err = format.OpenTable(filepath.Join(cases, c.name), c.o)
	} else {
		got, err = c.o.Read(c.name, c.content)
	}
	if err != nil {
		t.Errorf("%s %.60q: %v", c.name, c.content, err)
		return
	}
	if text := rows(got); text != c.want {
		t.Errorf("%s %.60q:\n%s, want\n%s", c.name, c.content, text, c.want)
	}
	for _, text := range c.says {
		if !strings.Contains(got.Reading.String(), text) {
			t.Errorf("%s %.60q: the reading does not say %q:\n%s", c.name, c.content, text, got.Reading)
		}
	}
}

// A refused table: what is wrong with it.
type refusedTable struct {
	name, content string
	o             tableOptions
	line          int
	value         string
	option        string
	texts         []string
}

func (c refusedTable) check(t *testing.T) {
	t.Helper()
	var err error
	if c.content == "" {
		_, err = format.OpenTable(filepath.Join(cases, c.name), c.o)
	} else {
		_, err = c.o.Read(c.name, c.content)
	}
	expectOption(t, err, c.option)
	formattest.Complaint{File: filepath.Base(c.name), Line: c.line, Value: c.value, Texts: c.texts}.Expect(t, err)
}

func expectOption(t *testing.T, err error, option string) {
	t.Helper()
	if e, ok := err.(*format.Error); ok && e.Option != option {
		t.Errorf("option %q, want %q\n(%v)", e.Option, option, err)
	}
}

// A header that is one cell short names all columns but the first. Would catch names that move by
// one column.
func TestHeaderOneShort(t *testing.T) {
	for _, c := range []expectedTable{
		{"header-one-short/r-export.csv", "", tableOptions{}, "sales,stock [1000 5] [1003.272 6] … [999.734 7] [996.478 8]", []string{"one cell short", `row number: "" (1 to 200)`}},
		{"header-one-short/r-export-5dates.csv", "", tableOptions{Columns: []string{"stock"}}, "stock [5] [6] … [7] [8]", []string{"time: column \"\""}},
		{"a.txt", "mpg cyl\nMazda 21 6\nDatsun 22.8 4\nHornet 21.4 6\n", tableOptions{}, "mpg,cyl [21 6] [22.8 4] [21.4 6]", []string{"separator blanks", "one cell short"}},
		{"a.tsv", "y\tz\na\t1.5\t2\nb\t2.5\t3\n", tableOptions{}, "y,z [1.5 2] [2.5 3]", []string{"one cell short"}},
		{"a.csv", `"","sales"` + "\n\"1\",5\n\"2\",3\n\"3\",4\n", tableOptions{}, "sales [5] [3] [4]", []string{`left out, row number: ""`}},
	} {
		c.check(t)
	}
	refusedTable{"a.csv", "a\n1,2,3\n4,5,6\n", tableOptions{}, 2, "1,2,3", "HeaderLine, NoHeader, Separator", []string{"columns are 3", "line 1 names 1"}}.check(t)
	refusedTable{"a.csv", "a,b,c,d\n1,2\n4,5\n6,7\n", tableOptions{}, 2, "1,2", "HeaderLine, NoHeader, Separator", []string{"columns are 2", "names 4"}}.check(t)
}

// What stands above the names and between them and the data is left out and told.
func TestLinesBeforeTheHeader(t *testing.T) {
	const ppm = "ppm [400] [400.1] … [419.8] [419.9]"
	for _, c := range []expectedTable{
		{"lines-before-the-header/comments.csv", "", tableOptions{}, ppm, []string{"header line 4", "comments #"}},
		{"lines-before-the-header/preamble.csv", "", tableOptions{}, strings.Replace(ppm, "ppm", "Value", 1), []string{"header line 5", "2 rows above the header left out"}},
		{"lines-before-the-header/units.csv", "", tableOptions{}, ppm, []string{"1 row after the header left out, of units: line 2"}},
		{"a.csv", "Station 7\nLong name of it\n\ndate,t\n2021-01-01,1.5\n2021-01-02,2.5\n2021-01-03,3.5\n", tableOptions{}, "t [1.5] [2.5] [3.5]", []string{"header line 4"}},
		{"a.csv", "Source,made up\n\nt,p\n1.5,990\n2.5,991\n3.5,980\n", tableOptions{}, "t,p [1.5 990] [2.5 991] [3.5 980]", []string{"header line 3", "1 row above"}},
		{"a.csv", "t;p\n°C;hPa\n1,5;990\n2,5;991\n3,5;980\n", tableOptions{}, "t,p [1.5 990] [2.5 991] [3.5 980]", []string{"of units"}},
		{"a.dat", "# made by hand\n# t p\n1.5 990\n2.5 991\n3.5 980\n", tableOptions{}, "t,p [1.5 990] [2.5 991] [3.5 980]", []string{"header line 2", "separator blanks"}},
		{"a.csv", "sep=;\r\na;b\r\n1;2\r\n3;5\r\n", tableOptions{}, "a,b [1 2] [3 5]", []string{`separator ";"`}},
		{"a.csv", "rank,plays\n#1,500\n#2,400\n#3,450\n", tableOptions{}, "plays [500] [400] [450]", []string{`left out, text: "rank"`}},
		{"a.csv", "# it's \"a, \"b\na,b\n1,2\n3,5\n", tableOptions{}, "a,b [1 2] [3 5]", []string{"comments #"}},
		{"a.csv", "# ppm\n400\n401\n405\n", tableOptions{}, "ppm [400] [401] [405]", []string{"comments #"}},
		{"a.csv", "#date,value\n2021-01-01,1\n2021-01-02,3\n", tableOptions{}, "value [1] [3]", []string{"header line 1"}},
		{"a.csv", "a,b\n1,2\n# a remark\n3,5\n", tableOptions{}, "a,b [1 2] [3 5]", []string{"comments #"}},
		{"a.csv", "x,y\nq,r\na,b\n1,2\n3,5\n", tableOptions{Layout: format.Layout{HeaderLine: 3}}, "a,b [1 2] [3 5]", []string{"header line 3 (as told)"}},
		{"a.csv", "a,b\nx,y\n1,2\n3,5\n", tableOptions{Layout: format.Layout{HeaderLine: 1, SkipRows: 1}}, "a,b [1 2] [3 5]", nil},
		{"a.csv", "// x\na,b\n1,2\n3,5\n", tableOptions{Layout: format.Layout{Comment: "//"}}, "a,b [1 2] [3 5]", []string{"comments //"}},
	} {
		c.check(t)
	}
	refusedTable{"a.csv", "x,y\nq,r\n1,2\n3,5\n4,7\n", tableOptions{}, 1, "x,y", "HeaderLine, SkipRows", []string{"line 2 may as well be the header"}}.check(t)
	refusedTable{"a.csv", "t,x\n2021-01-01,12°\n2021-01-02,13\n2021-01-03,14\n", tableOptions{}, 1, "t,x", "HeaderLine, SkipRows", nil}.check(t)
	refusedTable{"a.csv", "x,y\n1,2\n", tableOptions{Layout: format.Layout{HeaderLine: 7}}, 7, "", "HeaderLine", []string{"no row of the table"}}.check(t)
}

// A first row of numbers is data, unless it names years; one of words above words is a header.
func TestHeaderOrData(t *testing.T) {
	for _, c := range []expectedTable{
		{"a.csv", "may,1,7\njune,2,8\n", tableOptions{}, "2,3 [1 7] [2 8]", []string{"header none"}},
		{"a.csv", "1990,1991,1992\n5,6,7\n8,9,1\n", tableOptions{}, "1990,1991,1992 [5 6 7] [8 9 1]", []string{"header line 1"}},
		{"a.csv", "Country,1990,1991,1992\nA,5,6,7\nB,8,9,1\n", tableOptions{}, "1990,1991,1992 [5 6 7] [8 9 1]", nil},
		{"a.csv", "1990,1995\n1991,1996\n", tableOptions{}, "1,2 [1990 1995] [1991 1996]", []string{"header none"}},
		{"a.csv", "1990,1991\n5,6\n", tableOptions{Layout: format.Layout{NoHeader: true}}, "1,2 [1990 1991] [5 6]", []string{"header none (as told)"}},
		{"a.csv", "a,a,\n1,2,3\n2,2,7\n", tableOptions{}, "a,a.2, [1 2 3] [2 2 7]", []string{`goes by "a.2"`}},
		{"a.csv", "a,a\n1,2\n2,2\n", tableOptions{Columns: []string{"a.2"}}, "a.2 [2] [2]", nil},
		{"a.csv", " a , B\n1,2\n2,2\n", tableOptions{Columns: []string{"b", "a"}}, "B,a [2 1] [2 2]", nil},
	} {
		c.check(t)
	}
}

// Missing numbers and thousands as people write them. Would catch a column that is left out for
// them, and a cell that is left out in silence.
func TestMissingAndBadCells(t *testing.T) {
	for name, want := range map[string]string{
		"dash": "[11.71 0] [12.29 1] … [8.56 6] [8.11 7]", "dot": "[11.67 0] [11.9 1] … [7.97 6] [8.43 7]",
		"hash": "[12.25 0] [12.37 1] … [8.48 6] [7.6 7]", "none": "[12.48 0] [12.38 1] … [7.85 6] [8.33 7]",
		"pandas": "[11.84 0] [12.76 1] … [8.07 6] [8.07 7]",
	} {
		expectedTable{"column-dropped-in-silence/" + name + ".csv", "", tableOptions{}, "RATE,OTHER " + want, []string{"3.5 % missing"}}.check(t)
	}
	for _, c := range []expectedTable{
		{"column-dropped-in-silence/quotes.csv", "", tableOptions{Columns: []string{"Price", "Vol.", "Change %"}},
			"Price,Vol.,Change % [900 30000 -2] [901 31000 -1] … [1098 30000 1] [1099 31000 2]", []string{"in %", "1/2/2006"}},
		{"no-column-of-numbers/unicode-minus.csv", "", tableOptions{}, "a [1] [-2] … [12] [-13]", nil},
		{"a.csv", "a;b\n$1,234.50;(3)\n-$5.00;4\n$7.25;#DIV/0!\n", tableOptions{}, "a,b [1234.5 -3] [-5 4] [7.25 NaN]", []string{`in $`}},
		{"a.csv", "a\n1\n-999\n3\n", tableOptions{Missing: []string{"-999"}}, "a [1] [NaN] [3]", []string{"33.3 % missing"}},
		{"a.csv", "a,b\n1 234 567,1'000.5\n2,2\n", tableOptions{}, "a,b [1.234567e+06 1000.5] [2 2]", nil},
		{"a.csv", "a,b\n\"1,00,000\",1e3\n\"2,000\",-2.5E-1\n", tableOptions{}, "a,b [100000 1000] [2000 -0.25]", []string{`decimal mark "."`}},
		{"a.csv", "x\nNA\nNULL\n3\n4\n5\n", tableOptions{}, "x [NaN] [NaN] … [4] [5]", []string{"header line 1"}},
		{"a.csv", "a,b\n1.5,\n,\n\n2.5,\n", tableOptions{}, "a [1.5] [2.5]", []string{`left out, empty: "b"`, "1 row of separators only"}},
	} {
		c.check(t)
	}
	const reason = "is no finite number, as"
	for _, c := range []refusedTable{
		{"column-dropped-in-silence/one-typo.csv", "", tableOptions{}, 59, "1l.30", "Columns, Missing", []string{`column "load"`, reason, "199 of 200"}},
		{"no-column-of-numbers/inf.csv", "", tableOptions{}, 52, "inf", "Columns, Missing", []string{`column "a"`, reason}},
		{"no-column-of-numbers/joined.csv", "", tableOptions{}, 102, "load", "Columns, Missing", []string{reason}},
		{"no-column-of-numbers/joined.csv", "", tableOptions{Columns: []string{"load"}}, 102, "load", "Missing, DecimalMark", []string{"not a finite number"}},
		{"a.csv", "a,b\n1,x\n2,y\n3,4 apples\n4,z\n5,7\n", tableOptions{Columns: []string{"b"}}, 2, "x", "Missing, DecimalMark", nil},
		{"a.csv", "a\nx\n5\ny\nz\n", tableOptions{}, 2, "x", "Missing, DecimalMark", []string{"comes closest, with 1 numbers in 4 cells"}},
		{"a.csv", "a\n5 %\n6\n7 %\n", tableOptions{}, 3, "6", "Columns, Missing", []string{reason}},
		{"a.csv", "a\n1\n2\n1e999\n", tableOptions{}, 4, "1e999", "Columns, Missing", []string{reason}},
		{"a.csv", "a\n2\n0x10\n3\n", tableOptions{}, 3, "0x10", "Columns, Missing", []string{reason}},
		{"a.csv", "a\n2\n1,23,4\n3\n", tableOptions{Layout: format.Layout{Separator: "none"}}, 3, "1,23,4", "Columns, Missing", []string{reason}},
	} {
		c.check(t)
	}
}

// Rows that are longer or shorter than others are refused, but for empty cells at the end.
func TestRaggedRows(t *testing.T) {
	expectedTable{"a.csv", "a,b\n1,2\n3,5,,\n\n4,6,\n", tableOptions{}, "a,b [1 2] [3 5] [4 6]", nil}.check(t)
	expectedTable{"a.csv", "a,b\n1,2\n3\n4,6\n", tableOptions{Layout: format.Layout{FillShort: true}}, "a,b [1 2] [3 NaN] [4 6]", nil}.check(t)
	expectedTable{"a.csv", "a;b;;\n1;2;;\n3;5;;\n;;;\n", tableOptions{}, "a,b [1 2] [3 5]", []string{`empty: "", ""`}}.check(t)
	for _, c := range []refusedTable{
		{"a.csv", "a,b\n1,2\n3,4,5\n", tableOptions{}, 3, "3,4,5", "", []string{"columns are 3", "line 1 names 2"}},
		{"a.csv", "a,b\n1,2\n3\n4,6\n", tableOptions{}, 3, "3", "FillShort", []string{"columns are 1"}},
		{"a.csv", "1,2\n3,4,5\n7,7\n", tableOptions{}, 2, "3,4,5", "", []string{"those of the first row are 2"}},
	} {
		c.check(t)
	}
}

// Separators and decimal marks, found out together. Would catch 11,82 that becomes two columns, or
// 1182.
func TestSeparatorsAndDecimalMarks(t *testing.T) {
	for _, c := range []expectedTable{
		{"semicolons-and-decimal-commas/messung.csv", "", tableOptions{}, "Temperatur (Celsius) [11.82] [12.05] … [8.49] [8.29]", []string{`separator ";"`, `decimal mark ","`, "2.1.2006"}},
		{"semicolons-and-decimal-commas/punkt.csv", "", tableOptions{}, "Last [11.57] [12.64] … [8.4] [7.88]", []string{`separator ";"`, `decimal mark "."`}},
		{"semicolons-and-decimal-commas/luft.csv", "", tableOptions{}, "CO,T [2 11.6] [2.2 12.6] … [1.3 7.9] [1.5 7.6]", []string{"2/1/2006 15.04.05", "step 1h0m0s", "3 rows of separators only"}},
		{"a.csv", "a;b\n1.234,5;2\n-2,25;3\n", tableOptions{}, "a,b [1234.5 2] [-2.25 3]", nil},
		{"a.txt", "a b\n1,5 2,5\n3,5 4,5\n6,5 7,5\n", tableOptions{}, "a,b [1.5 2.5] [3.5 4.5] [6.5 7.5]", []string{"separator blanks"}},
		{"a.csv", "a|b\n1|2.5\n3|4.5\n", tableOptions{}, "a,b [1 2.5] [3 4.5]", []string{`separator "|"`}},
		{"a.csv", "a\tb\n1\t2,5\n3\t4,25\n", tableOptions{}, "a,b [1 2.5] [3 4.25]", []string{"separator tab", "tsv"}},
		{"a.csv", "a;b\n1,234;2\n2,345;3\n", tableOptions{}, "a,b [1.234 2] [2.345 3]", []string{`decimal mark ","`}},
		{"a.csv", "a,b\n\"1,234\",2\n\"2,345\",3\n", tableOptions{}, "a,b [1234 2] [2345 3]", nil},
		{"a.tsv", "a\tb\n1,234\t2\n2,345\t3\n", tableOptions{DecimalMark: ","}, "a,b [1.234 2] [2.345 3]", []string{`decimal mark "," (as told)`}},
		{"a.tsv", "a\tb\n1,234\t2\n2,345\t3\n", tableOptions{DecimalMark: "."}, "a,b [1234 2] [2345 3]", nil},
		{"a.csv", "\"a\",\"b\"\n\"1,5\",\"2\"\n\"2,25\",\"3\"\n", tableOptions{}, "a,b [1.5 2] [2.25 3]", []string{`decimal mark ","`}},
		{"a.csv", "x\n11,82\n12,05\n-12,95\n12,05\n", tableOptions{}, "x [11.82] [12.05] [-12.95] [12.05]", []string{"encoding utf-8, separator none, header", `decimal mark ","`}},
		{"a.csv", "x\n1,5\n2,5\n3\n4,5\n5,5\n6,5\n7,5\n", tableOptions{}, "x [1.5] [2.5] … [6.5] [7.5]", []string{"separator none"}},
		{"a.csv", "x\n1,82\n2,5\n3,7\n", tableOptions{}, "x [82] [5] [7]", []string{"one cell short"}},
		{"a.csv", "a;b\r1;2\r3;5\r", tableOptions{}, "a,b [1 2] [3 5]", nil},
		{"a.csv", "a;b\r\n1;2\r\n3;5", tableOptions{}, "a,b [1 2] [3 5]", nil},
	} {
		c.check(t)
	}
	for _, c := range []refusedTable{
		{"a.tsv", "a\tb\n1,234\t2\n2,345\t3\n", tableOptions{}, 0, "", "DecimalMark", []string{"1234 or 1.234"}},
		{"a.csv", "x\n11,82\n12,5\n14,7\n", tableOptions{}, 2, "11,82", "Separator", []string{"may be a number with a decimal comma"}},
	} {
		c.check(t)
	}
}

// Rows are put in the order of their times. Would catch a series that runs backwards.
func TestOrderOfTimes(t *testing.T) {
	for name, order := range map[string]string{"newest-first": "descending, put in ascending order", "oldest-first": "ascending", "shuffled": "shuffled, put in ascending order"} {
		expectedTable{"newest-first/" + name + ".csv", "", tableOptions{}, "Close [100] [100.5] … [199] [199.5]", []string{order, "step 1 day"}}.check(t)
	}
	const jumping = "t,x\n2021-03-01,3\n2021-01-01,1\n2021-02-01,2\n2021-06-01,6\n"
	for _, c := range []expectedTable{
		{"a.csv", jumping, tableOptions{}, "x [1] [2] [3] [6]", []string{"step 1 month, 1 gaps"}},
		{"a.csv", jumping, tableOptions{KeepOrder: true}, "x [3] [1] [2] [6]", []string{"shuffled"}},
		{"a.csv", jumping, tableOptions{TimeColumn: "none"}, "x [3] [1] [2] [6]", nil},
		{"a.csv", "t,x\n2021-01-02 10:00,2\n2021-01-02 10:00,3\n2021-01-02 09:30,1\n", tableOptions{}, "x [1] [3] [2]", []string{"1 times that stand twice"}},
		{"a.csv", "Year,x\n2003,3\n2002,2\n2001,1\n", tableOptions{}, "x [1] [2] [3]", []string{"time: column \"Year\", 2006, descending"}},
		{"a.csv", "timestamp,x\n1609459200,1\n1609462800,2\n1609466400,4\n", tableOptions{}, "x [1] [2] [4]", []string{"seconds since 1970, ascending, step 1h0m0s"}},
		{"a.csv", "open time,x\n1609459200000,1\n1609462800000,2\n", tableOptions{}, "x [1] [2]", []string{"milliseconds since 1970, ascending, step 1h0m0s"}},
		{"a.csv", "d,x\n0021-01-02,5\n0021-01-01,6\n", tableOptions{}, "x [5] [6]", []string{`left out, text: "d"`}},
		{"a.csv", "d,x\n1/1/2021 1:00:00 PM,2\n1/1/2021 1:00:00 AM,1\n1/13/2021 0:00:00 AM,1\n", tableOptions{TimeColumn: "none"}, "x [2] [1] [1]", nil},
		{"a.csv", "d,x\n1/13/2021 1:00:00 PM,2\n1/13/2021 1:00:00 AM,1\n", tableOptions{}, "x [1] [2]", []string{"1/2/2006 3:04:05 PM"}},
		{"a.csv", "d,x\n20210103,3\n20210102,2\n20210101,1\n", tableOptions{}, "x [1] [2] [3]", []string{"20060102"}},
		{"a.csv", "d,x\nJan-21,1\nFeb-21,2\n", tableOptions{}, "x [1] [2]", []string{"Jan-06, ascending, step 1 month"}},
		{"a.csv", "d,x\n2021-01-01T00:00:00.250Z,1\n2021-01-01T00:00:00.500Z,2\n", tableOptions{}, "x [1] [2]", []string{"step 250ms"}},
		{"a.csv", "q,x\n2021 Q2,2\n2021 Q3,3\n2021 Q1,1\n", tableOptions{}, "x [1] [2] [3]", []string{"step 3 months"}},
		{"a.csv", "x,day\n2,\"Jan 2, 2021\"\n1,\"Jan 1, 2021\"\n", tableOptions{}, "x [1] [2]", nil},
		{"a.csv", "t,x\n2021-01-02T00:00:00Z,2\n2021-01-01T23:00:00-02:00,3\n2021-01-01T00:00:00+01:00,1\n", tableOptions{}, "x [1] [2] [3]", nil},
		{"a.csv", "t,x\n01/02/2021,2\n01/01/2021,1\n13/01/2021,3\n", tableOptions{}, "x [1] [3] [2]", []string{"2/1/2006"}},
		{"a.csv", "t,x\n05/01/2021,1\n02/02/2021,2\n03/03/2021,3\n", tableOptions{}, "x [1] [2] [3]", []string{"2/1/2006, ascending"}},
		{"a.csv", "t,x\n02/01/2021,2\n01/01/2021,1\n", tableOptions{DateOrder: "month"}, "x [1] [2]", []string{"1/2/2006", "step 1 month"}},
	} {
		c.check(t)
	}
	for _, c := range []refusedTable{
		{"a.csv", "t,x\n02/01/2021,2\n01/01/2021,1\n03/01/2021,4\n", tableOptions{}, 0, "t", "DateOrder", []string{"3 January 2021", "1 March 2021"}},
		{"a.csv", "t,x\n13/01/2021,2\n14/01/2021,1\n", tableOptions{DateOrder: "month"}, 0, "t", "DateOrder", []string{"do not have the month first"}},
		{"a.csv", "t,x\n2021-01-01,1\n2021-01-02,2\n2021-01-01,3\n2021-01-02,4\n", tableOptions{}, 4, "", "KeepOrder, TimeColumn", []string{"begin again here", "several series"}},
		{"a.csv", "t,x\n2021-01-03,1\n2021-01-02,2\n,3\n", tableOptions{}, 0, "t", "KeepOrder, TimeColumn", []string{"1 rows have no time"}},
		{"a.csv", "t,x\n1,1\n2,2\n", tableOptions{TimeColumn: "t"}, 2, "1", "TimeColumn", []string{"is no time"}},
		{"a.csv", "t,x\n1,1\n2,2\n", tableOptions{KeepOrder: true}, 0, "", "TimeColumn", []string{"no column of times"}},
	} {
		c.check(t)
	}
}

// The times of rows go with them.
func TestTimesOfRows(t *testing.T) {
	got := formattest.Must(tableOptions{}.Read("a.csv", "t,x\n2021-01-03 12:00:00,3\n2021-01-01 00:00:00,1\n"))
	if !got.Timed() || got.Time(0).String() != "2021-01-01 00:00:00 +0000 UTC" || got.Time(1).String() != "2021-01-03 12:00:00 +0000 UTC" {
		t.Errorf("%v, %v", got.Time(0), got.Time(1))
	}
	if got := formattest.Must(tableOptions{}.Read("a.csv", "x\n3\n")); got.Timed() {
		t.Error("a table without times has them")
	}
}

// Columns that count rows, constant ones and almost constant ones are told apart.
func TestKindsOfColumns(t *testing.T) {
	for _, c := range []expectedTable{
		{"row-numbers-are-forecast/index.csv", "", tableOptions{}, "value [12.285] [12.73] … [8.734] [8.078]", []string{`left out, row number: "" (0 to 199)`}},
		{"row-numbers-are-forecast/year.csv", "", tableOptions{}, "Value [50] [51.99] … [40.01] [40.28]", []string{`column "Year", 2006, ascending, step 1 year`}},
		{"almost-constant-column/near-constant.csv", "", tableOptions{Columns: []string{"price"}}, "price [14.62] [14.62] … [15.12] [15.12]", []string{"almost constant: 95 % are the same"}},
		{"almost-constant-column/exact-constant.csv", "", tableOptions{Columns: []string{"price"}}, "price [16] [16] … [16.5] [16.5]", nil},
		{"a.csv", "id,x,c\n1,5,7\n2,3,7\n3,4,7\n", tableOptions{}, "x,c [5 7] [3 7] [4 7]", []string{`constant: "c" (7)`, `row number: "id" (1 to 3)`}},
		{"a.csv", "id,x\n1,5\n2,3\n3,4\n", tableOptions{Columns: []string{"id"}}, "id [1] [2] [3]", nil},
		{"a.csv", "a\n1\n2\n3\n4\n", tableOptions{}, "a [1] [2] [3] [4]", nil},
		{"a.csv", "date,x\n44197,5\n44204,3\n44211,4\n", tableOptions{}, "x [5] [3] [4]", []string{`row number: "date"`}},
		{"a.csv", "t,x\n0,5\n60,3\n120,4\n", tableOptions{}, "x [5] [3] [4]", []string{`row number: "t"`}},
		{"a.csv", "p,x\n900,5\n901,3\n902,4\n", tableOptions{}, "p,x [900 5] [901 3] [902 4]", nil},
	} {
		c.check(t)
	}
}

// Encodings of tables are found out, or refused with what helps.
func TestEncodingsOfTables(t *testing.T) {
	for _, c := range []expectedTable{
		{"encodings-of-tables/excel-utf16.csv", "", tableOptions{}, "load [11.84] [12.28] … [8.34] [8.42]", []string{"utf-16le with a byte order mark"}},
		{"encodings-of-tables/latin1.csv", "", tableOptions{}, "Temperatur °C [11.59] [12.38] … [8.65] [7.61]", []string{"windows-1252"}},
		{"a.csv", "\xfe\xff\x00a\x00,\x00b\x00\n\x001\x00,\x002\x00\n", tableOptions{}, "a,b [1 2]", []string{"utf-16be"}},
		{"a.csv", "a\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00", tableOptions{}, "a,b [1 2]", []string{"utf-16le,"}},
		{"a.csv", "\ufeffa,b\n1,2\n", tableOptions{}, "a,b [1 2]", []string{"utf-8 with a byte order mark"}},
		{"a.csv", "\xf2\xe5\xec\xef,\xf6\xe5\xed\xe0\n1,2\n", tableOptions{Layout: format.Layout{Encoding: "cp1251"}}, "темп,цена [1 2]", []string{"windows-1251 (as told)"}},
	} {
		c.check(t)
	}
	for _, c := range []refusedTable{
		{"a.csv", "é,b\n1,\xe9\n", tableOptions{}, 2, "\xe9", "Encoding", []string{"not UTF-8", "1 other characters are"}},
		{"a.csv", "\xf2\xe5\xec\xef,\xf6\xe5\xed\xe0\n1,2\n", tableOptions{}, 1, "\xf2\xe5\xec\xef", "Encoding", []string{"too many such bytes"}},
	} {
		c.check(t)
	}
}

// Options that cannot be are no fault of the file.
func TestTableUsage(t *testing.T) {
	for text, o := range map[string]tableOptions{
		`separator "x"`:      {Layout: format.Layout{Separator: "x"}},
		`quote "x"`:          {Layout: format.Layout{Quote: "x"}},
		`encoding "klingon"`: {Layout: format.Layout{Encoding: "klingon"}},
		"that there is none": {Layout: format.Layout{HeaderLine: 1, NoHeader: true}},
		"none is negative":   {Layout: format.Layout{SkipRows: -2}},
		`decimal mark ";"`:   {DecimalMark: ";"},
		`"year" first`:       {DateOrder: "year"},
		"no column of them":  {TimeColumn: "none", KeepOrder: true},
	} {
		_, err := o.Read("a.csv", "t,x\n1,2\n")
		formattest.ExpectUsage(t, err, text)
	}
}

// A spelling is a number, or not, whatever the file around it.
func TestNumbersOfCells(t *testing.T) {
	nan := math.NaN()
	for cell, want := range map[string]float64{
		"1": 1, "+1": 1, "-1": -1, "−1": -1, "1.5e3": 1500, ".5": .5, "5.": 5, "1,234.5": 1234.5, "(7)": -7, "€ 5": 5, "5 €": 5, "30K": 30000, "1.5M": 1.5e6, "2B": 2e9,
		"1 234.5": 1234.5, "1\u202f234": 1234, "NULL": nan, "<NA>": nan, "#N/A": nan, "-": nan, "..": nan, "n/a": nan, "None": nan, " ": nan,
	} {
		got, err := tableOptions{Layout: format.Layout{Separator: "none"}, DecimalMark: "."}.Read("a.csv", "x\n7\n"+cell+"\n8\n")
		if cell == " " {
			continue // an empty line
		}
		if unit := strings.ContainsAny(cell, "€"); err != nil && !unit {
			t.Errorf("%q: %v", cell, err)
		} else if err == nil && got.Values[1] != want && !(math.IsNaN(want) && math.IsNaN(got.Values[1])) {
			t.Errorf("%q is %v, want %v", cell, got.Values[1], want)
		}
	}
	for _, cell := range []string{"1,23", "1,2345", "0,123", "1.2.3", "--1", "1-", "e5", "1e", "1e5x", "0x1p4", "Inf", "1_000", "5K5", "(1", "1'23", "twelve", "1,234,56"} {
		_, err := tableOptions{Layout: format.Layout{Separator: "none"}, DecimalMark: "."}.Read("a.csv", "x\n7\n"+cell+"\n8\n9\n")
		if err == nil {
			t.Errorf("%q is taken for a number", cell)
		}
	}
}
