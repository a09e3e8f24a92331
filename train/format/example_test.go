package format_test

import (
	"fmt"

	"github.com/seed-222a112c/lstm/train/format"
)

// A German table, as spreadsheets write it: what was found out is said, with what overrides it.
func ExampleTableOptions_Read() {
	const content = "Tag;Temperatur;Ort\n02.01.2021;12,05;A\n01.01.2021;11,82;A\n03.01.2021;-;B\n"
	table, err := format.TableOptions{}.Read("messung.csv", content)
	if err != nil {
		panic(err)
	}
	fmt.Println(table.Reading)
	fmt.Println(table.Names, table.Values)
	for _, s := range table.Reading.Settings {
		fmt.Println(s.Name, "is overridden by", s.Option)
	}
	// Output:
	// messung.csv: csv, 3 rows; encoding utf-8, separator ";", header line 1, decimal mark ","
	//   time: column "Tag", 2.1.2006, shuffled, put in ascending order, step 1 day
	//   number: "Temperatur" (11.82 to 12.05, 33.3 % missing)
	//   left out, text: "Ort"
	// [Temperatur] [11.82 12.05 NaN]
	// encoding is overridden by Encoding
	// separator is overridden by Separator
	// header is overridden by HeaderLine, NoHeader
	// decimal mark is overridden by DecimalMark
}
