// Package benchmarks measures how fast models train and predict: six workloads, on either
// engine, with any cell, and beside other programs that run the same step.
//
// A training step is forward, loss, backward and Adam over all parameters; a forward step
// is the logits of a batch. [Measure] times steps of one or more configurations of a
// workload in turns within one process, so that what else the machine does hits all of
// them, and takes medians. [README.md] says what each number means.
//
// [README.md]: https://github.com/seed-222a112c/lstm/blob/main/benchmarks/README.md
package benchmarks
