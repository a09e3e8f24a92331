//go:build !linux

package workers

// yield does nothing: a look that takes long ends in a sleep.
func yield() {}
