// Package report shows people how a training goes and what came of it: a progress callback for a
// terminal or a file, tables of metrics, and what a classifier takes for what.
package report
