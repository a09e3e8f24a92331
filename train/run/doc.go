// Package run keeps the folder of a training: its settings, its records, its checkpoints and the
// best model.
//
// A training begins in a folder by [Begin] and continues there by [Open], from its last checkpoint
// and to the same bits, if settings and data are what they were. One process at a time trains in a
// folder.
package run
