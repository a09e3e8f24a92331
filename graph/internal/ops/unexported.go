package ops

import (
	"reflect"
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// Unexported returns a pointer to the field of that name of the struct that x points to, or
// nil if it has none of type T: in another version of Gorgonia than v0.9.18.
func Unexported[T any](x any, name string) *T {
	field := reflect.ValueOf(x).Elem().FieldByName(name)
	if !field.IsValid() || field.Type() != reflect.TypeFor[T]() {
		return nil
	}
	return (*T)(unsafe.Pointer(field.UnsafeAddr()))
}

// childrenAt is where a node holds its operands, or 0 if it does not.
var childrenAt = func() uintptr {
	field, ok := reflect.TypeFor[gorgonia.Node]().FieldByName("children")
	if !ok || field.Type != reflect.TypeFor[gorgonia.Nodes]() {
		return 0
	}
	return field.Offset
}()

// Operands returns a node's operands in order; the caller must not change them. They are what
// ExprGraph.From lists, which looks the node up and copies them first.
func Operands(n *gorgonia.Node) gorgonia.Nodes {
	if childrenAt != 0 {
		return *(*gorgonia.Nodes)(unsafe.Add(unsafe.Pointer(n), childrenAt))
	}
	var operands gorgonia.Nodes
	for it := n.Graph().From(n.ID()); it.Next(); {
		operands = append(operands, it.Node().(*gorgonia.Node))
	}
	return operands
}

// Needed returns the nodes that the wanted ones of a graph depend on, themselves included,
// operands first: in the order in which they were added.
func Needed(wanted []*gorgonia.Node) []*gorgonia.Node {
	if len(wanted) == 0 {
		return nil
	}
	all := wanted[0].Graph().AllNodes()
	needed := make([]bool, all[len(all)-1].ID()+1)
	for _, n := range wanted {
		needed[n.ID()] = true
	}
	order := make([]*gorgonia.Node, 0, len(all))
	for _, n := range slices.Backward(all) { // a node comes after its operands
		if needed[n.ID()] {
			order = append(order, n)
			for _, u := range Operands(n) {
				needed[u.ID()] = true
			}
		}
	}
	slices.Reverse(order)
	return order
}
