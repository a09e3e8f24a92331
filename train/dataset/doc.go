// Package dataset opens the files of a data set for a task: it reads them, splits them into parts
// for training, validation and test, measures what a model must know of them on the training part
// alone, and makes batches.
//
// What a task reads is a file of this package. Nothing is printed, and nothing depends on anything
// but the Options and the files. What is wrong with a file is a *format.Error, and an option that
// does not apply, or does not fit the others, an *OptionError.
package dataset
