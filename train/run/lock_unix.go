//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package run

import (
	"os"
	"syscall"

	"github.com/pkg/errors"
)

// tryLock locks a file until it is closed, unless another process has locked it. On a file
// system without locks every file is free.
func tryLock(file *os.File) (free bool, err error) {
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EWOULDBLOCK:
			return false, nil
		case err == syscall.ENOSYS || err == syscall.ENOTSUP || err == syscall.EOPNOTSUPP:
			return true, nil
		}
		return err == nil, errors.Wrap(err, lockingRun)
	}
}
