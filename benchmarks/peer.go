package benchmarks

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// A Peer is another program that runs the workload, in a process of its own, and times
// its steps itself. What is said to it and what it answers is in peers/protocol.py.
type Peer struct {
	Name, Version string
	Variants      []Variant // ways to run the workload

	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	errors  tail
	cleanUp func()
}

// A Variant is one way in which a peer runs a workload, with a number of threads and
// settings of its own.
type Variant struct {
	Name    string `json:"name"`
	Threads int    `json:"threads"`
}

// A MissingError says that a peer's program lacks a package.
type MissingError struct {
	Peer, Package, Python string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("peer %s needs the Python package %s, which %s does not have; benchmarks/peers/install makes an environment with the right versions, or name a Python that has it with --python",
		e.Peer, e.Package, e.Python)
}

// A reply is any answer of a peer.
type reply struct {
	Peer     string    `json:"peer"`
	Version  string    `json:"version"`
	Variants []Variant `json:"variants"`
	Seconds  []float64 `json:"seconds"`
	Error    string    `json:"error"`
	Missing  string    `json:"missing"`
}

// specification is the first line that a peer reads.
type specification struct {
	Workload
	Mode Mode `json:"mode"`
}

// start runs a peer's program and tells it the workload.
func start(process *exec.Cmd, name string, w Workload, m Mode) (*Peer, error) {
	p := &Peer{Name: name, process: process, cleanUp: func() {}}
	var err error
	if p.in, err = process.StdinPipe(); err != nil {
		return nil, errors.Wrapf(err, "peer %s", name)
	}
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, errors.Wrapf(err, "peer %s", name)
	}
	p.out = bufio.NewScanner(out)
	p.out.Buffer(nil, 16<<20)
	process.Stderr = &p.errors
	process.WaitDelay = 5 * time.Second
	if err := process.Start(); err != nil {
		return nil, errors.Wrapf(err, "peer %s does not start", name)
	}
	ready, err := p.ask(specification{w, m})
	if err == nil && len(ready.Variants) == 0 {
		err = errors.Errorf("peer %s has no way to run %s", name, w.Name)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	p.Version, p.Variants = ready.Version, ready.Variants
	return p, nil
}

// ask sends a message and returns the answer.
func (p *Peer) ask(message any) (reply, error) {
	line, err := json.Marshal(message)
	if err != nil {
		return reply{}, errors.Wrapf(err, "peer %s", p.Name)
	}
	// A peer that is gone shows in what it does not answer.
	p.in.Write(append(line, '\n'))
	if !p.out.Scan() {
		return reply{}, p.died()
	}
	var r reply
	switch err := json.Unmarshal(p.out.Bytes(), &r); {
	case err != nil:
		return reply{}, errors.Errorf("peer %s said %q, want a line of JSON", p.Name, shorten(p.out.Text()))
	case r.Missing != "":
		return reply{}, &MissingError{p.Name, r.Missing, p.process.Path}
	case r.Error != "":
		return reply{}, errors.Errorf("peer %s failed: %s", p.Name, r.Error)
	}
	return r, nil
}

// died returns what is known of the end of a peer's process.
func (p *Peer) died() error {
	if err := p.out.Err(); err != nil {
		return errors.Wrapf(err, "peer %s", p.Name)
	}
	p.in.Close()
	p.process.Wait()
	message := fmt.Sprintf("peer %s ended without an answer: %v", p.Name, p.process.ProcessState)
	if last := p.errors.lastLine(); last != "" {
		message += ": " + last
	}
	return errors.New(message)
}

// Close ends the peer's process.
func (p *Peer) Close() error {
	defer p.cleanUp()
	p.in.Close()
	if p.process.ProcessState != nil {
		return nil // it has ended, and been waited for
	}
	return errors.Wrapf(p.process.Wait(), "peer %s", p.Name)
}

// Run returns the Runner of a variant, by its number.
func (p *Peer) Run(variant int) Runner { return peerRunner{p, variant} }

type peerRunner struct {
	peer    *Peer
	variant int
}

// Time asks the peer to run steps.
func (r peerRunner) Time(n int) ([]time.Duration, error) {
	answer, err := r.peer.ask(struct {
		Variant int `json:"variant"`
		Steps   int `json:"steps"`
	}{r.variant, n})
	if err != nil {
		return nil, err
	}
	if len(answer.Seconds) != n {
		return nil, errors.Errorf("peer %s timed %d steps, want %d", r.peer.Name, len(answer.Seconds), n)
	}
	times := make([]time.Duration, n)
	for i, s := range answer.Seconds {
		if !(s > 0 && s < 1e6) {
			return nil, errors.Errorf("peer %s says that a step took %g seconds", r.peer.Name, s)
		}
		times[i] = time.Duration(s * float64(time.Second))
	}
	return times, nil
}

// fastest returns the numbers of the variants that may be the fastest one: in a short
// trial the best, and those that were not clearly slower.
func (p *Peer) fastest(ctx context.Context, log func(format string, args ...any)) ([]int, error) {
	const near = 1.15 // times the best is within what a noisy machine may turn round
	runners := make([]Runner, len(p.Variants))
	for i := range runners {
		runners[i] = p.Run(i)
	}
	times, err := Alternate(ctx, Turns{Steps: 6, Rounds: 2, Least: 20 * time.Millisecond}, runners...)
	if err != nil {
		return nil, err
	}
	best := Median(times[0])
	for _, t := range times {
		best = min(best, Median(t))
	}
	var chosen []int
	for i, t := range times {
		log("  trial of %s: %s: %.3f ms", p.Name, p.Variants[i].Name, milliseconds(Median(t)))
		if float64(Median(t)) <= near*float64(best) {
			chosen = append(chosen, i)
		}
	}
	return chosen, nil
}

// A tail keeps the end of what is written to it.
type tail struct{ text []byte }

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(p), nil
}

// lastLine returns the last line that is not empty.
func (t *tail) lastLine() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	return shorten(strings.TrimSpace(lines[len(lines)-1]))
}

func shorten(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
