//go:build !linux

package pages

// advise does nothing: these systems choose the size of pages themselves.
func advise([]byte) {}
