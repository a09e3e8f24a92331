package exec

import (
	"reflect"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// runnerOf returns what runs all instructions of a TapeMachine on the caller's goroutine.
// RunAll hands them to another one, and from thread to thread, which takes as long as a small
// model's step. TapeMachine's method Run does not, but its argument, the machine's
// instructions, is of a type that is not exported; where this version of Gorgonia has them
// elsewhere, RunAll it is.
func runnerOf(machine gorgonia.VM) func() error {
	m := reflect.ValueOf(machine)
	run, program := m.MethodByName("Run"), m.MethodByName("Prog")
	if !run.IsValid() || !program.IsValid() || program.Type().NumIn() != 0 || program.Type().NumOut() != 1 {
		return machine.RunAll
	}
	p := program.Call(nil)[0]
	if p.Kind() != reflect.Pointer || p.Elem().Kind() != reflect.Struct {
		return machine.RunAll
	}
	field := p.Elem().FieldByName("instructions")
	if !field.IsValid() || run.Type().NumIn() != 1 || run.Type().In(0) != field.Type() ||
		run.Type().NumOut() != 1 || run.Type().Out(0) != reflect.TypeFor[error]() {
		return machine.RunAll
	}
	instructions := []reflect.Value{reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()}
	return func() error {
		err, _ := run.Call(instructions)[0].Interface().(error)
		return err
	}
}
