package benchmarks

import (
	"cmp"
	"context"
	"embed"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

//go:embed peers/*.py
var scripts embed.FS

// pythonPeers are the peers that are written in Python, by name.
var pythonPeers = []struct {
	name, script string
	modes        []Mode
	cells        []string
}{
	{"pytorch", "pytorch.py", []Mode{Train, Forward}, []string{"lstm", "gru", "rnn", "peephole", "cifg", "layernorm"}},
	{"onnxruntime", "ort.py", []Mode{Forward}, []string{"lstm"}},
}

// PeerNames lists the peers.
func PeerNames() []string {
	names := make([]string, len(pythonPeers))
	for i, p := range pythonPeers {
		names[i] = p.name
	}
	return names
}

// PeerHas returns an error if the peer of that name does not exist or does not have the
// configuration's cell and mode.
func PeerHas(name string, c Config) error {
	c = c.withDefaults()
	for _, p := range pythonPeers {
		switch {
		case p.name != name:
		case !slices.Contains(p.cells, c.Cell):
			return errors.Errorf("peer %s has no cell %s, only %s", name, c.Cell, strings.Join(p.cells, ", "))
		case !slices.Contains(p.modes, c.Mode):
			return errors.Errorf("peer %s has no mode %s, only %v", name, c.Mode, p.modes)
		default:
			return nil
		}
	}
	return errors.Errorf("no peer %q; the peers are %s", name, strings.Join(PeerNames(), ", "))
}

// StartPeer starts a peer by its name, for the workload with the cell and in the mode of the
// configuration. Python is the interpreter; if it is empty, that of the environment variable
// LSTMTRAIN_PYTHON, of the folder benchmarks/.venv below the working folder, or else python3.
func StartPeer(ctx context.Context, name, python string, w Workload, c Config) (*Peer, error) {
	c = c.withDefaults()
	if err := PeerHas(name, c); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "lstmtrain-peer-")
	if err != nil {
		return nil, errors.Wrap(err, "a folder for the scripts of peers")
	}
	remove := func() { os.RemoveAll(folder) }
	if err := os.CopyFS(folder, scripts); err != nil {
		remove()
		return nil, errors.Wrap(err, "writing the scripts of peers")
	}
	var script string
	for _, p := range pythonPeers {
		if p.name == name {
			script = filepath.Join(folder, "peers", p.script)
		}
	}
	process := exec.CommandContext(ctx, findPython(python), "-B", script)
	process.Env = peerEnvironment(os.Environ())
	p, err := start(process, name, w, c)
	if err != nil {
		remove()
		return nil, err
	}
	p.cleanUp = remove
	return p, nil
}

func findPython(python string) string {
	if python = cmp.Or(python, os.Getenv("LSTMTRAIN_PYTHON")); python != "" {
		return python
	}
	const own = "benchmarks/.venv/bin/python"
	if _, err := os.Stat(own); err == nil {
		return own
	}
	return "python3"
}

// peerEnvironment adds settings of the C library under which large tensors are taken from
// memory that the process already has, not from fresh pages at every step, and that memory
// is in huge pages where there are any. They are what its users preload other allocators for.
func peerEnvironment(given []string) []string {
	return append([]string{
		"MALLOC_MMAP_MAX_=0",
		"MALLOC_TRIM_THRESHOLD_=4000000000",
		"MALLOC_TOP_PAD_=67108864",
		"GLIBC_TUNABLES=glibc.malloc.hugetlb=1",
	}, given...) // of two that are equal the last counts
}
