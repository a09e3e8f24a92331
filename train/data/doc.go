// Package data turns files into batches.
//
// A text goes through ReadText, a Vocabulary and a Stream; labelled examples go
// through ReadLabelled, a Vocabulary, Labels and Sequences. Stream and Sequences
// are both a Source, which is all that a training loop sees.
//
// Shapes are written with B the number of rows of a batch and T its number of
// time steps. Whatever is wrong with a file is reported as an *Error, which says
// where it stands; an error of another type says that the call is wrong.
package data
