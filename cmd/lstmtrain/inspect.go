package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/inspect"
	"github.com/seed-222a112c/lstm/train/report"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/cobra"
)

// An inspection is what inspect can be told.
type inspection struct {
	json   bool
	engine bool
	batch  int
}

func newInspectCommand() *cobra.Command {
	i := &inspection{batch: newSettings().Batch}
	cmd := &cobra.Command{
		Use:                   "inspect MODEL [flags]",
		Short:                 "Show what is in a model file",
		DisableFlagsInUseLine: true,
		Long: `inspect shows the shape, the vocabulary and the parameters of a model, under the
names that PyTorch gives them. MODEL is a model file or the folder of a run.

An LSTM has one bias for each gate here and two, which are added, in PyTorch; the
parameters are counted both ways.

With --engine it compiles the graph that trains the model and shows what the fused
engine made of it: nodes, products, clusters, memory, and each operation of a run.`,
		Example: `  lstmtrain inspect run-1
  lstmtrain inspect run-1/model.safetensors --json
  lstmtrain inspect run-1 --engine --batch 20`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("batch") && !i.engine {
				return usagef("--batch does not apply without --engine")
			}
			return i.run(modelPath(args[0]), cmd.OutOrStdout())
		},
	}
	flags := newFlagGroup("Flags")
	flags.BoolVar(&i.json, "json", false, "print one JSON object")
	flags.BoolVar(&i.engine, "engine", false, "show the program that trains the model")
	flags.Var(wholeFrom(1, &i.batch), "batch", "rows of a batch of that program")
	addGroups(cmd, flags)
	return cmd
}

func (i *inspection) run(path string, stdout io.Writer) error {
	d, m, err := inspect.File(path)
	if err != nil {
		return err
	}
	if i.engine {
		if d.Program, err = inspect.Compile(m, i.batch); err != nil {
			return err
		}
	}
	if i.json {
		return printJSON(stdout, d)
	}
	return printDescription(stdout, d)
}

func printDescription(w io.Writer, d *inspect.Description) error {
	c := d.Config
	fmt.Fprintf(w, "file        %s, version %s, checksum right\n", d.File, d.Version)
	fmt.Fprintf(w, "task        %s\n", c.Task)
	fmt.Fprintf(w, "model       %s, %d × %s of %d, %d steps%s\n", inputs(d), c.Layers, c.Cell, c.Hidden, c.Steps, options(c))
	if d.Vocabulary > 0 {
		fmt.Fprintf(w, "vocabulary  %s, unit %s: %s\n", report.Thousands(d.Vocabulary), d.Unit, quoted(d.Symbols, d.Vocabulary))
	}
	if d.Affixes > 0 {
		fmt.Fprintf(w, "affixes     of up to %d letters\n", d.Affixes)
	}
	if d.Features != nil && d.Features.Names != nil {
		names := d.Features.Names
		fmt.Fprintf(w, "columns     %s: %s\n", report.Thousands(len(names)), quoted(names[:min(inspect.ShownSymbols, len(names))], len(names)))
	}
	if d.Horizon != nil {
		fmt.Fprintf(w, "horizon     %d steps of the first %d columns\n", d.Horizon.Steps, d.Horizon.Targets)
	}
	if d.Labels != nil {
		shown := d.Labels[:min(inspect.ShownSymbols, len(d.Labels))]
		fmt.Fprintf(w, "labels      %s: %s\n", report.Thousands(len(d.Labels)), quoted(shown, len(d.Labels)))
	}
	fmt.Fprintf(w, "parameters  %s (%s with PyTorch's two biases)\n\n", report.Thousands(d.Parameters), report.Thousands(d.TwoBiases))

	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "tensor\tshape\tcount\tmean\tstd")
	for _, x := range d.Tensors {
		fmt.Fprintf(t, "%s\t%v\t%s\t%+.4f\t%.4f\n", x.Name, x.Shape, report.Thousands(x.Count), x.Mean, x.Std)
	}
	if err := t.Flush(); err != nil || d.Program == nil {
		return errors.Wrap(err, "writing the description")
	}
	p := d.Program
	_, err := fmt.Fprintf(w, "\nprogram that trains on batches of %d rows and %d steps\n\n%s", p.BatchRows, p.BatchSteps, p.Report)
	return errors.Wrap(err, "writing the description")
}

// options says what a model has that not all have.
func options(c task.Config) string {
	var text strings.Builder
	if c.Bidirectional {
		text.WriteString(", bidirectional")
	}
	if c.Tie {
		text.WriteString(", tied")
	}
	if c.Pool != "" {
		fmt.Fprintf(&text, ", pool %s", c.Pool)
	}
	for _, o := range []struct {
		name string
		rate float64
	}{{"dropout", c.Dropout}, {"recurrent dropout", c.RecurrentDropout}, {"zoneout", c.Zoneout}} {
		if o.rate > 0 {
			fmt.Fprintf(&text, ", %s %g", o.name, o.rate)
		}
	}
	return text.String()
}

// inputs says what the cells read.
func inputs(d *inspect.Description) string {
	if d.Features != nil {
		return fmt.Sprintf("numbers of width %d", d.Features.Len())
	}
	return fmt.Sprintf("embedding of %d", d.Config.Embed)
}

// quoted lists symbols, of which there are n in all.
func quoted(symbols []string, n int) string {
	var b strings.Builder
	for i, s := range symbols {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%q", s)
	}
	if n > len(symbols) {
		b.WriteString(" …")
	}
	return b.String()
}
