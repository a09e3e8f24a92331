package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train/schema"
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
	m, err := loadModel(path)
	if err != nil {
		return err
	}
	d, err := describe(path, m)
	if err != nil {
		return err
	}
	if i.engine {
		if d.Program, err = newProgramJSON(m, i.batch); err != nil {
			return err
		}
	}
	if i.json {
		return printJSON(stdout, d)
	}
	return d.print(stdout)
}

// A description is what inspect shows.
type description struct {
	File       string           `json:"file"`
	Version    string           `json:"version"`
	Verified   bool             `json:"checksum_verified"`
	Config     task.Config      `json:"config"`
	Unit       schema.Unit      `json:"unit,omitempty"`
	Vocabulary int              `json:"vocabulary,omitempty"`    // its size
	Symbols    []string         `json:"first_symbols,omitempty"` // of the vocabulary
	Affixes    int              `json:"affixes,omitempty"`       // letters of the longest
	Features   *schema.Features `json:"features,omitempty"`
	Horizon    *schema.Horizon  `json:"horizon,omitempty"`
	Labels     []string         `json:"labels,omitempty"`
	Tensors    []tensorJSON     `json:"tensors"`
	Parameters int              `json:"parameters"`            // one bias for each gate
	TwoBiases  int              `json:"parameters_two_biases"` // as PyTorch counts
	Program    *programJSON     `json:"program,omitempty"`     // that trains the model
}

type tensorJSON struct {
	Name  string  `json:"name"`
	Shape []int   `json:"shape"`
	Count int     `json:"count"`
	Mean  float64 `json:"mean"`
	Std   float64 `json:"std"`
}

const shownSymbols = 20

func describe(path string, m *task.Model) (*description, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := &description{
		File:       path,
		Version:    file.Metadata["lstm.version"],
		Verified:   file.Verified,
		Config:     m.Config,
		Features:   m.Features,
		Horizon:    m.Horizon,
		Parameters: graph.Count(m.Params()),
	}
	if m.Vocabulary != nil {
		symbols := m.Vocabulary.Symbols()
		d.Unit, d.Vocabulary, d.Symbols = m.Vocabulary.Unit(), len(symbols), symbols[:min(shownSymbols, len(symbols))]
	}
	if m.Affixes != nil {
		d.Affixes = m.Affixes.Longest
	}
	if m.Labels != nil {
		d.Labels = m.Labels.Names()
	}
	for _, t := range m.Tensors() {
		d.Tensors = append(d.Tensors, newTensorJSON(t))
		d.TwoBiases += d.Tensors[len(d.Tensors)-1].Count
	}
	return d, nil
}

func newTensorJSON(t weights.Tensor) tensorJSON {
	x := t.Floats()
	n := float64(len(x))
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	for _, v := range x {
		squares += (v - sum/n) * (v - sum/n)
	}
	return tensorJSON{t.Name, t.Shape, len(x), sum / n, math.Sqrt(squares / n)}
}

func (d *description) print(w io.Writer) error {
	c := d.Config
	fmt.Fprintf(w, "file        %s, version %s, checksum right\n", d.File, d.Version)
	fmt.Fprintf(w, "task        %s\n", c.Task)
	fmt.Fprintf(w, "model       %s, %d × %s of %d, %d steps%s\n", d.inputs(), c.Layers, c.Cell, c.Hidden, c.Steps, options(c))
	if d.Vocabulary > 0 {
		fmt.Fprintf(w, "vocabulary  %s, unit %s: %s\n", thousands(d.Vocabulary), d.Unit, quoted(d.Symbols, d.Vocabulary))
	}
	if d.Affixes > 0 {
		fmt.Fprintf(w, "affixes     of up to %d letters\n", d.Affixes)
	}
	if d.Features != nil && d.Features.Names != nil {
		names := d.Features.Names
		fmt.Fprintf(w, "columns     %s: %s\n", thousands(len(names)), quoted(names[:min(shownSymbols, len(names))], len(names)))
	}
	if d.Horizon != nil {
		fmt.Fprintf(w, "horizon     %d steps of the first %d columns\n", d.Horizon.Steps, d.Horizon.Targets)
	}
	if d.Labels != nil {
		shown := d.Labels[:min(shownSymbols, len(d.Labels))]
		fmt.Fprintf(w, "labels      %s: %s\n", thousands(len(d.Labels)), quoted(shown, len(d.Labels)))
	}
	fmt.Fprintf(w, "parameters  %s (%s with PyTorch's two biases)\n\n", thousands(d.Parameters), thousands(d.TwoBiases))

	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "tensor\tshape\tcount\tmean\tstd")
	for _, x := range d.Tensors {
		fmt.Fprintf(t, "%s\t%v\t%s\t%+.4f\t%.4f\n", x.Name, x.Shape, thousands(x.Count), x.Mean, x.Std)
	}
	if err := t.Flush(); err != nil || d.Program == nil {
		return errors.Wrap(err, "writing the description")
	}
	return d.Program.print(w)
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
func (d *description) inputs() string {
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
