// Package exec runs the steps of a compiled program.
//
// A [Step] is an operation on places, rectangles of numbers in buffers. Every worker runs
// every step and does its part of it; where a step has a barrier, all of them must have done
// what is before it. A [Schedule] lists the steps and where everything lies; a [Program] is a
// Gorgonia graph of a few operations, each of which is a segment of the steps, and a
// TapeMachine that runs it.
package exec
