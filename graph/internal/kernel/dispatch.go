package kernel

import "fmt"

// A Path is a way to run the kernels. All paths give the same bits.
type Path int

const (
	Portable Path = iota // Go alone
	SSE2                 // 4 lanes, fused multiply-add by way of float64; every amd64 processor has it
	AVX                  // the same with products of 8 lanes
	AVX2                 // 8 lanes; needs FMA too
	AVX512               // 16 lanes; needs the F, BW, DQ and VL groups
)

func (p Path) String() string { return [...]string{"portable", "sse2", "avx", "avx2", "avx512"}[p] }

// active is the path in use.
var active = fastest()

// Active returns the path in use: at the start of the program, the fastest one
// that the processor supports.
func Active() Path { return active }

// Use makes p the path in use. It is for tests and measurements and must not run
// beside any other function of the package. It returns an error if the processor
// does not support p.
func Use(p Path) error {
	if p < Portable || p > fastest() {
		return fmt.Errorf("kernel: this program on this processor has no path %v; the fastest is %v", p, fastest())
	}
	active, vector = p, vectorsOf(p)
	return nil
}
