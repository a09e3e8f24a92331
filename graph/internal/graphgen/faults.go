package graphgen

// A fault is a known one of the fused engine. Programs that would meet it are not checked.
type fault struct {
	what  string
	text  string // a small program that fails
	meets func(*Program) bool
}

// faults are the known faults. The list is empty when there are none: a fault that is mended
// goes from here to the programs of TestMended.
var faults []fault

// knownFault tells whether a program would meet a known fault.
func (p *Program) knownFault() bool {
	for _, f := range faults {
		if f.meets(p) {
			return true
		}
	}
	return false
}
