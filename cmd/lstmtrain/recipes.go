package main

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// recipeFiles are the recipes that the program brings along.
//
//go:embed recipes/*.json
var recipeFiles embed.FS

// recipeNames lists the recipes that the program brings along.
func recipeNames() []string {
	entries, err := fs.ReadDir(recipeFiles, "recipes")
	if err != nil {
		panic(err) // they are embedded
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".json")
	}
	return names
}

// readRecipe returns the content of a file or, where there is none, of the recipe of that name.
func readRecipe(name string) (content []byte, embedded bool, err error) {
	content, err = os.ReadFile(name)
	if err == nil {
		return content, false, nil
	}
	if slices.Contains(recipeNames(), name) {
		content, err := recipeFiles.ReadFile("recipes/" + name + ".json")
		return content, true, err
	}
	return nil, false, usagef("--config: %v, and there is no recipe of that name; the nearest are %s, and lstmtrain recipes lists all",
		err, strings.Join(nearest(name, recipeNames(), 3), ", "))
}

// nearest returns the n names that are the least edits away from another.
func nearest(name string, names []string, n int) []string {
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(edits(name, a), edits(name, b)) })
	return sorted[:min(n, len(sorted))]
}

// edits counts the bytes that are to be put in, left out or changed to make b of a (Levenshtein 1965).
func edits(a, b string) int {
	row := make([]int, len(b)+1) // from the first i bytes of a to the first j of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before, row[j+1] = row[j+1], min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
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
			for _, name := range recipeNames() {
				recipe := struct {
					Task  task.Kind
					Data  any
					About string
				}{Task: task.Characters}
				content, _, err := readRecipe(name)
				if err == nil {
					err = json.Unmarshal(content, &recipe)
				}
				if err != nil {
					return errors.Wrap(err, name)
				}
				fmt.Fprintf(t, "%s\t%s\t%s\n\t\t%s\n", name, recipe.Task, recipe.About, strings.Trim(fmt.Sprint(recipe.Data), "[]"))
			}
			return errors.Wrap(t.Flush(), "writing the recipes")
		},
	}
}
