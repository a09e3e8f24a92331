// Package schema holds what a model knows of its data, so that what it reads and what it says mean
// the same when it is loaded as when it was trained: a Vocabulary that numbers tokens, of one of
// three Units, Affixes that tell words by their spelling, Labels of classes, Features that scale
// columns of numbers, and the Horizon of a forecast. All are measured on the training part of the
// data and written into the model's file.
//
// What is wrong with data is a *format.Error; an error of another type says that the call is wrong.
package schema
