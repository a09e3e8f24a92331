package run

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// LockName is the file by which processes that write to the folder of a run keep out of
// each other's way. It holds the number of the process that has the lock, or had it last,
// and stays: what counts is the operating system's lock on it.
const LockName = "lock"

const lockingRun = "locking the folder of the run"

// lockFolder keeps other processes from training in the folder of a run until the file that
// it returns is closed or the process ends, however it ends.
func lockFolder(folder string) (*os.File, error) {
	path := filepath.Join(folder, LockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, errors.Wrap(err, lockingRun)
	}
	free, err := tryLock(file)
	switch {
	case err == nil && !free:
		err = inUse(folder, file)
	case err == nil:
		err = errors.Wrap(sign(file), lockingRun)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// sign writes the number of this process to a locked file.
func sign(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// inUse says who has locked a folder.
func inUse(folder string, lock *os.File) error {
	owner := "another process"
	content := make([]byte, 20)
	n, _ := lock.ReadAt(content, 0)
	if id := strings.TrimSpace(string(content[:n])); id != "" {
		owner = "process " + id
	}
	return errors.Errorf("%s trains in %s; wait until it has ended, or stop it with Ctrl-C", owner, folder)
}
