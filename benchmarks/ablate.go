package benchmarks

import (
	"context"
	"fmt"
	"io"
	"time"
)

// An Ablation tells what the passes of the fused engine are worth to a workload.
type Ablation struct {
	Workload Workload
	Config   Config
	Passes   []PassWorth
}

// A PassWorth compares a step by an engine with all passes and by one without this pass,
// which took turns.
type PassWorth struct {
	Pass    string
	All     time.Duration // median with all passes
	Without time.Duration // median without this one
}

// Ratio returns how many times longer a step takes without the pass.
func (p PassWorth) Ratio() float64 { return float64(p.Without) / float64(p.All) }

// Ablate leaves out each of the passes in turn and measures the workload with and without
// it, in alternating rounds of at least as many timed steps in all.
func Ablate(ctx context.Context, w Workload, c Config, passes []string, steps int) (*Ablation, error) {
	all, err := Compile(w, c)
	if err != nil {
		return nil, err
	}
	defer all.Close()
	a := &Ablation{Workload: w, Config: all.Config}
	for _, pass := range passes {
		worth, err := leaveOut(ctx, all, pass, steps)
		if err != nil {
			return nil, err
		}
		a.Passes = append(a.Passes, worth)
	}
	return a, nil
}

func leaveOut(ctx context.Context, all *Compiled, pass string, steps int) (PassWorth, error) {
	c := all.Config
	c.Without = append(c.Without[:len(c.Without):len(c.Without)], pass)
	without, err := Compile(all.Workload, c)
	if err != nil {
		return PassWorth{}, err
	}
	defer without.Close()
	times, err := Alternate(ctx, DefaultTurns(steps, 2), all, without)
	if err != nil {
		return PassWorth{}, err
	}
	return PassWorth{Pass: pass, All: Median(times[0]), Without: Median(times[1])}, nil
}

// WriteMarkdown writes the ablation as a table.
func (a *Ablation) WriteMarkdown(w io.Writer) error {
	_, err := fmt.Fprintf(w, "\n## %s, %s, cell %s, workers %d\n\n| pass left out | all passes, ms | without it, ms | ratio |\n|---|---|---|---|\n",
		a.Workload.Name, a.Config.Mode, a.Config.Cell, a.Config.Workers)
	for _, p := range a.Passes {
		if err == nil {
			_, err = fmt.Fprintf(w, "| %s | %.3f | %.3f | %.2f |\n", p.Pass, milliseconds(p.All), milliseconds(p.Without), p.Ratio())
		}
	}
	return err
}
