// Package format reads files: bytes to named rows, one file of the package a format of files.
//
// Texts are [ReadDocument]'s, texts with labels [ReadLabelled]'s, tagged sentences
// [ReadTagged]'s, series of numbers [ReadSeries]'s and [ReadRecordings]', columns of a table
// [ReadTable]'s, and music [ReadRolls]'s. A file may be compressed by gzip, whatever its name;
// long ones are mapped into memory where the system can. The package knows nothing of models.
//
// Whatever is wrong with a file is reported as an *Error, which says where it stands; an error of
// another type says that the call is wrong.
package format
