//go:build unix

package format

import (
	"os"
	"syscall"
	"unsafe"
)

// mapFile returns the content of a file without reading it: pages come into memory when
// they are looked at, and go when memory is short. The content stays mapped as long as the
// program runs. It must not be changed, and ok is false if it cannot be mapped.
func mapFile(f *os.File) (content string, ok bool) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 || int64(int(info.Size())) != info.Size() {
		return "", false
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return "", false
	}
	return unsafe.String(unsafe.SliceData(b), len(b)), true
}
