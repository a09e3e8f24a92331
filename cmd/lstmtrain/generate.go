package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// generation is what generate can be told.
type generation struct {
	prompt   string
	length   int
	sampling task.Sampling
	greedy   bool
	seed     uint64
	stream   bool
}

func newGenerateCommand() *cobra.Command {
	g := &generation{length: 500, sampling: task.Sampling{Temperature: 0.8, TopP: 1}, seed: 1}
	cmd := &cobra.Command{
		Use:                   "generate MODEL [flags]",
		Short:                 "Write text with a language model",
		DisableFlagsInUseLine: true,
		Long: `generate prints a prompt and the text with which a language model continues it.
MODEL is a model file or the folder of a run. The same seed gives the same text.`,
		Example: `  lstmtrain generate run-1
  lstmtrain generate run-1 --prompt "func " --length 200 --temperature 0.5
  lstmtrain generate run-1 --top-k 10 --top-p 0.9 --seed 7 --stream`,
		Args: oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := g.complete(cmd.Flags()); err != nil {
				return err
			}
			return g.run(cmd.Context(), args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	addGroups(cmd, g.group())
	return cmd
}

func (g *generation) group() flagGroup {
	flags := newFlagGroup("Flags")
	flags.StringVar(&g.prompt, "prompt", "", "`text` to continue; without it the text begins at a new line")
	flags.Var(wholeFrom(0, &g.length), "length", "tokens to write after the prompt")
	flags.Var(notNegative(&g.sampling.Temperature), "temperature", "below 1 for likelier text, above 1 for wilder; 0 is --greedy")
	flags.Var(wholeFrom(0, &g.sampling.TopK), "top-k", "choose among the N most probable tokens; 0 for all")
	flags.Var(share(&g.sampling.TopP), "top-p", "choose among the most probable tokens whose probabilities sum to X")
	flags.BoolVar(&g.greedy, "greedy", false, "always take the most probable token")
	flags.Uint64Var(&g.seed, "seed", g.seed, "seed `N` of the random numbers")
	flags.BoolVar(&g.stream, "stream", false, "print each token as soon as it is there")
	return flags
}

func (g *generation) complete(flags *pflag.FlagSet) error {
	if !g.greedy {
		return nil
	}
	for _, name := range []string{"temperature", "top-k", "top-p"} {
		if flags.Changed(name) {
			return usagef("--%s does not apply with --greedy", name)
		}
	}
	g.sampling.Temperature = 0
	return nil
}

func (g *generation) run(ctx context.Context, model string, stdout, stderr io.Writer) error {
	m, err := loadModel(model)
	if err != nil {
		return err
	}
	if !m.Config.Task.LanguageModel() {
		return usagef("%s is a model for --task %s, which writes no text; use lstmtrain predict", model, m.Config.Task)
	}
	ids, skipped := m.Beginning(g.prompt)
	warnSkipped(stderr, skipped)
	prompt := g.prompt
	if m.Vocabulary.Unit() == schema.Word {
		prompt = strings.TrimRight(prompt, " ") // a word that follows brings its blank
	}
	out := stdout
	if !g.stream {
		buffer := bufio.NewWriter(stdout)
		defer buffer.Flush()
		out = buffer
	}
	if _, err := io.WriteString(out, prompt); err != nil {
		return errors.Wrap(err, "writing the text")
	}
	rng := rand.New(rand.NewPCG(g.seed, textStream))
	err = continueText(ctx, out, m, ids, g.length, g.sampling, rng)
	fmt.Fprintln(out)
	return err
}
