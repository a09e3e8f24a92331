// Package ir is the form in which the compiler thinks of a graph: a program of values, each
// of which is a matrix that is computed once in a run.
//
// One table says all that is known of an operation, a row each: its name, its traits, the
// shape of its result, what it simplifies to, and its definition in plain Go. A program has a
// text, which [Program.String] prints and [Parse] reads; [Program.Verify] checks it, and
// [Program.Interpret] runs it by the definitions in float64, the oracle of the passes:
//
//	x = input 4x3
//	w = param 3x5
//	b = param 1x5 row
//	v3 = sum(x*w + b)
//	v4 = tanh(v3)
//	return v4
//
// Values do not change once a program is made. A pass makes another program, by
// [Program.Rewrite], of the values that it replaces and those that it keeps.
//
// Shapes are written (n, m) for n rows of m columns.
package ir
