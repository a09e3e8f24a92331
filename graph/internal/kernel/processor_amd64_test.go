//go:build !purego

package kernel

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestPathOfProcessor catches a processor that lacks instructions and gets another path than
// the fastest one that it has: this one, seen without them.
func TestPathOfProcessor(t *testing.T) {
	const asked = "KERNEL_TEST_PATH"
	if os.Getenv(asked) != "" {
		if got := Active().String(); got != os.Getenv(asked) {
			t.Fatalf("path %s, want %s", got, os.Getenv(asked))
		}
		return
	}
	for _, c := range []struct {
		path    Path
		without string
	}{
		{AVX2, "avx512f"}, {AVX2, "avx512vl"}, {AVX, "avx512f avx2"}, {AVX, "avx512f fma"}, {AVX, "fma"}, {SSE2, "avx512f avx2 fma avx"},
	} {
		if c.path > fastest() {
			continue
		}
		command := exec.Command(os.Args[0], "-test.run=^TestPathOfProcessor$")
		options := "GODEBUG="
		for _, name := range strings.Fields(c.without) {
			options += "cpu." + name + "=off,"
		}
		command.Env = append(os.Environ(), strings.TrimSuffix(options, ","), asked+"="+c.path.String())
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("without %s: %v\n%s", c.without, err, output)
		}
	}
}
