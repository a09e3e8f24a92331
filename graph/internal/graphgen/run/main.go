// Command run checks random graphs with package graphgen, until one fails: it prints that one,
// made small, and ends with status 1.
//
//	go run ./graph/internal/graphgen/run -n 1000000 -seed 1
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"github.com/seed-222a112c/lstm/graph/internal/graphgen"
)

func main() {
	n := flag.Uint64("n", 10_000, "number of graphs")
	seed := flag.Uint64("seed", 1, "seed of the first graph; the others follow")
	every := flag.Uint64("stride", 1, "distance of the seeds")
	all := flag.Bool("all", false, "check each graph in all variants")
	keepOn := flag.Bool("keep-on", false, "go on after a failure")
	profile := flag.String("cpuprofile", "", "file for a profile")
	flag.Parse()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		defer pprof.StopCPUProfile()
	}
	table, begun, shown := graphgen.NewTable(), time.Now(), time.Now()
	failed := 0
	for i := range *n {
		if f := graphgen.CheckSeed(*seed+i**every, *all, table); f != nil {
			fmt.Printf("# graph of seed %d\n%v", *seed+i**every, graphgen.Minimise(f))
			if failed++; !*keepOn {
				os.Exit(1)
			}
		}
		if time.Since(shown) > 10*time.Second {
			shown = time.Now()
			fmt.Fprintf(os.Stderr, "%d graphs, %.2f ms each\n", i+1, time.Since(begun).Seconds()*1e3/float64(i+1))
		}
	}
	fmt.Printf("%v%d failed, %.2f ms each\n", table, failed, time.Since(begun).Seconds()*1e3/float64(*n))
	if failed > 0 {
		os.Exit(1)
	}
}
