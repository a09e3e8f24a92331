package benchmarks

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
)

// Machine describes where a measurement is made: the processor, how many there are, what
// they can do at best, and the Go release.
func Machine() string {
	return fmt.Sprintf("%s, %d processors, %.0f GFLOP/s at best, %s/%s, %s",
		processor(), runtime.GOMAXPROCS(0), graph.PeakGFLOPS(0), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// processor returns the processor's name where Linux tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH + " processor"
	}
	return modelName(string(text))
}

func modelName(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH + " processor"
}
