package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cmd/lstmtrain/recipes"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// readRecipe returns the content of a file or, where there is none, of the recipe of that name.
func readRecipe(name string) (content []byte, known bool, err error) {
	content, err = os.ReadFile(name)
	if err == nil {
		return content, false, nil
	}
	if content, known := recipes.Find(name); known {
		return content, true, nil
	}
	return nil, false, usagef("--config: %v, and there is no recipe of that name; the nearest are %s, and lstmtrain recipes lists all",
		err, strings.Join(recipes.Nearest(name, 3), ", "))
}

// recipeFilesAreThere reports files that only the recipe names and that are not on this machine.
func recipeFilesAreThere(recipe string, given map[string]bool, flags *pflag.FlagSet) error {
	for _, name := range []string{"data", "valid", "test"} {
		flag := flags.Lookup(name)
		if given[name] || !flag.Changed {
			continue
		}
		paths := []string{flag.Value.String()}
		if several, ok := flag.Value.(pflag.SliceValue); ok {
			paths = several.GetSlice()
		}
		for _, path := range paths {
			if _, err := format.RecordingFiles(path); err != nil {
				return usagef("the recipe %s reads %s, which is not here: say where it is with --%s FILE", recipe, path, name)
			}
		}
	}
	return nil
}

func newRecipesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "recipes",
		Short: "List the trainings that train --config knows by name",
		Long: `recipes lists settings for known data sets: the name by which train --config finds
them, the task, the data, which are not a part of this program, and what there is
to beat.`,
		Example: `  lstmtrain recipes
  lstmtrain train --config airline-passengers --data passengers.csv`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 3, ' ', 0)
			for _, name := range recipes.Names() {
				recipe := struct {
					Task  task.Kind
					Data  any
					About string
				}{Task: task.Characters}
				content, _ := recipes.Find(name)
				if err := json.Unmarshal(content, &recipe); err != nil {
					return errors.Wrap(err, name)
				}
				fmt.Fprintf(t, "%s\t%s\t%s\n\t\t%s\n", name, recipe.Task, recipe.About, strings.Trim(fmt.Sprint(recipe.Data), "[]"))
			}
			return errors.Wrap(t.Flush(), "writing the recipes")
		},
	}
}
