// Package train trains models: it runs batches, changes weights, validates, keeps the best weights
// and writes checkpoints from which a training continues to the same bits.
//
// [Fit] takes anything that is a [Model]: parameters, a loss for batches of one size, and what sets
// the inputs of a batch. The type of the batches is the model's own, and a data.Source yields them.
// [Settings] hold values: a solver, a schedule, groups of parameters, what is best, callbacks. Names
// and flags are for package run, and the models that the command trains for package task.
//
// What else a model may have, a weight of its batches, metrics, carried state, sequences that can be
// cut, it says by small interfaces that Fit looks for; see Model. [Register] gives a type of models a
// name, by which [Save] and [Load] find it. [Evaluate] measures a model on data.
package train
