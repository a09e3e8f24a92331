// Package data turns what files hold into batches.
//
// A long text becomes a Stream of tokens; texts, tagged sentences, series of numbers and music
// become Sequences; columns that are forecast become Windows. Each is a Source, which is all that
// a training loop sees. Package format reads the files, package schema numbers and scales what
// stands in them.
//
// Shapes are written with B the number of rows of a batch, T its number of time
// steps, I the width of inputs that are numbers and O that of targets that are. Whatever
// is wrong with the data is reported as a *format.Error, which says where it stands; an error of
// another type says that the call is wrong.
package data
