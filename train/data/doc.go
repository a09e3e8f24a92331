// Package data turns files into batches.
//
// A text goes through ReadText, a Vocabulary and a Stream. Labelled texts go through
// ReadLabelled, a Vocabulary, Labels and Sequences, and so do tagged sentences, by
// ReadTagged. Series of numbers, by ReadSeries or ReadRecordings, go through Features,
// Labels and Sequences; columns that are forecast, by ReadTable, through Features, a
// Horizon and Windows; music, by ReadRolls, through Sequences. Stream, Sequences and
// Windows are each a Source, which is all that a training loop sees.
//
// Shapes are written with B the number of rows of a batch, T its number of time
// steps, I the width of inputs that are numbers and O that of targets that are. Whatever
// is wrong with a file is reported as an *Error, which says where it stands; an error of
// another type says that the call is wrong.
package data
