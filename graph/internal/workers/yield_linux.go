package workers

import "syscall"

// yield lets other threads of the system on the processor, such as that of a worker which the
// system has put aside.
func yield() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
