package pages

import "syscall"

// advise asks for huge pages. A system that has none goes on with small ones.
func advise(memory []byte) {
	_ = syscall.Madvise(memory, syscall.MADV_HUGEPAGE)
}
