// Package format reads files: bytes to named rows, one file of the package a format of files.
//
// Columns of numbers are [OpenTable]'s, texts with labels [OpenLabelled]'s, tagged sentences
// [OpenTagged]'s, series of numbers [OpenSeries]' and [OpenRecordings]', texts [ReadDocument]'s and
// music [ReadRolls]'. A file may be compressed by gzip, whatever its name; long ones are mapped into
// memory where the system can. The package knows nothing of models.
//
// # What is found out
//
// Every reader returns a [Reading], which says what was found out about the file and what was told,
// with the field of the options that overrides it. Two readings of a file that are as likely are
// refused: the error names the fields that decide.
//
// Encodings: a byte order mark; UTF-16 by its zeros; UTF-8; else Windows-1252, of which Latin-1 is a
// part, if few bytes are from 0x80 on, as in Western European texts; else what counting letters
// finds, if it is sure. Bytes that are not UTF-8 in a text that is otherwise are refused.
//
// Tables are parted by commas, semicolons, tabs, bars or blanks, whichever gives rows of the same
// number of cells that are numbers and times. Cells in quotes, double or single, may hold
// separators, line ends and quotes written twice or after a backslash; a quote elsewhere is a
// character. Lines end in LF, CR LF or CR. Lines that begin with # are comments if the file begins
// with one, or if they do not part into cells as the rows do. The header is the row above the first
// that is data; what stands further above, and a row of units below it, is left out and told. A
// header that is one cell short, as R writes it, names all columns but the first. Names that stand
// twice get a number. Rows of other lengths than the header's are refused, but for empty cells at
// their ends.
//
// Numbers are read by strconv after their groups of digits are joined, see the documentation of
// TableOptions. 1.5 and 1,5 tell the decimal mark of a column, 1,234 does not: then the other
// columns tell, or the separator. A missing number is an empty cell, ?, NA, N/A, #N/A, NaN, <NA>,
// null, None, nil, missing, ., .., -, an error of a spreadsheet, or what Missing adds.
//
// Times are read by package time in the usual layouts; a column of days may be followed by one of
// times of day. 01/02/2021 has the day first if some cell can have it no other way, if only so times
// run in one direction, or if so they are more evenly apart. Rows are put in ascending order. Whole
// numbers are years if their column is called so.
//
// Without Columns, all columns of numbers are read but for those that count rows: whole numbers that
// go up by one from 0 or 1, or from elsewhere without a name or with one such as index, or evenly
// with a name such as time. A column that holds numbers in most cells and something else in others
// is refused, with the first such cell.
//
// # Memory
//
// Files are mapped where the system can. What a reader keeps on the heap is at most twice the file
// and a mebibyte, and what it returns for each row: 56 bytes an example, 40 a word, 72 a series, 24 a
// step of music. Numbers beyond that go into a temporary file that is mapped. A compressed file may
// hold 200 times its size, or 16 MiB, unless MaxBytes says otherwise, and goes into a temporary file.
//
// # Errors
//
// Whatever is wrong with a file is reported as an *Error, which says where it stands and which field
// of the options helps; an error of another type says that the call is wrong.
package format
