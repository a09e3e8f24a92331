// Command run checks random graphs with package graphgen, until one fails: it prints that one,
// made small, and ends with status 1. Several processes share the graphs.
//
//	go run ./graph/internal/graphgen/run -n 1000000 -seed 1
//
// With -program it checks the program in a file, in all variants, and with -print it prints the
// programs and does not check them.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/seed-222a112c/lstm/graph/internal/graphgen"
)

var (
	n       = flag.Uint64("n", 10_000, "number of graphs")
	seed    = flag.Uint64("seed", 1, "seed of the first graph; the others follow")
	all     = flag.Bool("all", false, "check each graph in all variants")
	small   = flag.Bool("small", true, "make a graph that fails small")
	keepOn  = flag.Bool("keep-on", false, "go on after a failure")
	share   = flag.Int("share", -1, "check the share of this process, and print nothing of the others")
	shares  = flag.Int("processes", runtime.GOMAXPROCS(0), "number of processes: graphs are compiled one at a time in each")
	program = flag.String("program", "", "file of a program to check")
	list    = flag.Bool("print", false, "print the programs")
)

func main() {
	flag.Parse()
	debug.SetGCPercent(400) // a graph is garbage soon
	switch {
	case *program != "":
		os.Exit(checkFile(*program))
	case *list:
		for i := range *n {
			fmt.Println(graphgen.Draw(*seed + i))
		}
	case *share < 0 && *shares > 1:
		os.Exit(divide())
	default:
		os.Exit(check(max(*share, 0)))
	}
}

// check checks every so many-th graph and returns the exit status.
func check(from int) int {
	table, begun, shown := graphgen.NewTable(), time.Now(), time.Now()
	failed, done := 0, 0
	for i := uint64(from); i < *n; i += uint64(*shares) {
		done++
		if f := graphgen.CheckSeed(*seed+i, *all, table); f != nil {
			failed++
			if *small {
				f = graphgen.Minimise(f)
			}
			fmt.Printf("# graph of seed %d\n%v", *seed+i, f)
			if !*keepOn {
				return 1
			}
		}
		if time.Since(shown) > 20*time.Second {
			shown = time.Now()
			fmt.Fprintf(os.Stderr, "process %d: %d graphs, %.2f ms each, %d failed\n", from, done, time.Since(begun).Seconds()*1e3/float64(done), failed)
		}
	}
	fmt.Printf("%v%d failed, %.2f ms each\n", table, failed, time.Since(begun).Seconds()*1e3/float64(max(done, 1)))
	return min(failed, 1)
}

// divide starts a process for each share. When one has found a graph that fails, the others end.
func divide() int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	children := make([]*exec.Cmd, *shares)
	ended := make(chan error)
	for k := range children {
		// Of a flag that is given twice the second counts.
		children[k] = exec.Command(self, append(os.Args[1:], "-share", strconv.Itoa(k), "-processes", strconv.Itoa(*shares))...)
		children[k].Stdout, children[k].Stderr = os.Stdout, os.Stderr
		if err := children[k].Start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		go func() { ended <- children[k].Wait() }()
	}
	status := 0
	for range children {
		if err := <-ended; err != nil && status == 0 {
			status = 1
			if !*keepOn {
				for _, child := range children {
					_ = child.Process.Kill() // it may have ended
				}
			}
		}
	}
	return status
}

// checkFile checks the program in a file.
func checkFile(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	f, err := graphgen.CheckText(string(text))
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 2
	case f != nil:
		fmt.Print(graphgen.Minimise(f))
		return 1
	}
	fmt.Println("all variants agree")
	return 0
}
