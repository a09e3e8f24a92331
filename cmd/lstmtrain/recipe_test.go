package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cmd/lstmtrain/recipes"
	"github.com/seed-222a112c/lstm/train/datatest"
	"github.com/seed-222a112c/lstm/train/run"
)

// A recipe is what its flags are, and the command line comes first. Would catch a key that
// is ignored, and a list of which only one value counts.
func TestRecipe(t *testing.T) {
	folder := t.TempDir()
	a, b := write(t, filepath.Join(folder, "a"), rhyme), write(t, filepath.Join(folder, "b"), rhyme)
	quoted := func(s string) string { q, _ := json.Marshal(s); return string(q) }
	recipe := write(t, filepath.Join(folder, "recipe.json"), `{
		"about": "for a test",
		"data": [`+quoted(a)+`, `+quoted(b)+`],
		"hidden": 8, "layers": 1, "embed": 4, "batch": 4, "epochs": 50, "max-steps": 3, "lr": 1e-2, "steps": 10,
		"split": "0.8,0.1,0.1", "quiet": true, "json": true
	}`)
	out := filepath.Join(folder, "out")
	r := succeed(t, "", "train", "--config", recipe, "--out", out, "--hidden", "6", "--max-steps", "2")
	var config struct {
		Hidden, Layers int
		Rate           float64 `json:"lr"`
		Data           []string
		MaxSteps       int `json:"max_steps"`
	}
	if err := json.Unmarshal(read(t, filepath.Join(out, "config.json")), &config); err != nil {
		t.Fatal(err)
	}
	if config.Hidden != 6 || config.MaxSteps != 2 || config.Layers != 1 || config.Rate != 0.01 || len(config.Data) != 2 || r.stderr != "" {
		t.Errorf("%+v, standard error %q", config, r.stderr)
	}
}

// Bad recipes say file, line and key.
func TestBadRecipes(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for content, want := range map[string]string{
		"":                             ":1: want a JSON object",
		"[1]":                          ":1: want a JSON object",
		"{\n\"hiden\": 3}":             `:2: "hiden" is no flag`,
		"{\n\n\"hidden\": -3}":         `:3: invalid argument "-3" for "--hidden" flag: want a whole number`,
		`{"hidden": [3, 4]}`:           "takes one value",
		`{"data": [["a"]]}`:            `"data" is [a]`,
		`{"hidden": null}`:             `"hidden" is <nil>`,
		`{"hidden": 3, "hidden": 4}`:   "twice",
		`{"hidden": 3`:                 "not JSON",
		`{"hidden": 3x}`:               "not JSON",
		`{"config": "other.json"}`:     `"config" is no flag`,
		`{"hidden": 3} {}`:             "more after",
		`{"label-column": "1"}`:        "", // found out with the other flags
		`{"task": "tag", "data": "x"}`: "x: cannot be read",
	} {
		path := write(t, filepath.Join(folder, "recipe.json"), content)
		r := call(t, "", "train", "--config", path)
		if (r.code != exitUsage && r.code != exitBadData) || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: exit code %d, %q, want %q", content, r.code, r.stderr, want)
		}
	}
	refuse(t, call(t, "", "train", "--config", filepath.Join(folder, "none")), exitUsage, "--config", "none")
}

// Recipes are found by name, listed with what they are for, and say which file is missing; a file
// comes before a recipe of its name. Would catch a recipe whose data flag is forgotten, and one that
// is looked for where the program was built.
func TestRecipesByName(t *testing.T) {
	t.Chdir(t.TempDir())
	listed := succeed(t, "", "recipes").stdout
	for _, name := range recipes.Names() {
		if !strings.Contains("\n"+listed, "\n"+name+" ") {
			t.Errorf("%s is not listed", name)
		}
	}
	if !strings.Contains("\n"+listed, "\nairline-passengers       forecast   Passengers in") || !strings.Contains(listed, "To beat: the same months") || !strings.Contains(listed, "\n                                    ../shared/data/timeseries_small/airline-passengers.csv\n") {
		t.Errorf("the list is\n%s", listed)
	}
	refuse(t, call(t, "", "train", "--config", "airline-passengers"), exitUsage, "the recipe airline-passengers reads ../shared/data", "--data FILE")
	refuse(t, call(t, "", "train", "--config", "gun-point", "--data", "x.ts"), exitUsage, "the recipe gun-point reads", "TEST", "--test FILE")
	refuse(t, call(t, "", "train", "--config", "air-passenger"), exitUsage, "no recipe of that name; the nearest are airline-passengers, ")
	refuse(t, call(t, "", "recipes", "x"), exitUsage, `"x"`)

	months := write(t, "months.csv", "Month,Passengers\n"+strings.Repeat("a,1\nb,2\nc,4\nd,3\n", 40))
	args := []string{"train", "--config", "airline-passengers", "--data", months, "--max-steps", "1", "--hidden", "4", "--quiet", "--out"}
	succeed(t, "", append(args, "out")...)
	if config := string(read(t, filepath.Join("out", run.SettingsName))); !strings.Contains(config, `"months.csv"`) || !strings.Contains(config, `"horizon": 12`) {
		t.Errorf("the settings are %s", config)
	}
	write(t, "airline-passengers", `{"layers": -1}`)
	refuse(t, call(t, "", append(args, "other")...), exitUsage, `airline-passengers:1: invalid argument "-1"`)
}

// Every recipe trains, on a limit of a step or two, where its data are on this machine.
func TestRecipesTrain(t *testing.T) {
	if testing.Short() {
		t.Skip("trains every recipe, which takes some seconds")
	}
	names := recipes.Names()
	if len(names) < 10 {
		t.Fatalf("recipes %v", names)
	}
	t.Chdir("../..")
	for _, recipe := range names {
		t.Run(recipe, func(t *testing.T) {
			var keys map[string]any
			content, _, err := readRecipe(recipe)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(content, &keys); err != nil {
				t.Fatal(err)
			}
			if about, _ := keys["about"].(string); len(about) < 40 {
				t.Errorf("it says %q about itself", about)
			}
			datatest.Path(t, "") // all of them
			args := []string{"train", "--config", recipe, "--out", t.TempDir(), "--max-steps", "1", "--hidden", "4", "--quiet", "--json", "--force"}
			if task := keys["task"]; task == "classify" || task == "tag" {
				args = append(args, "--limit", "200")
			}
			if task := keys["task"]; task == "word" {
				args = append(args, "--vocab-size", "100") // probabilities of few words
			}
			if keys["test-batch"] != nil {
				args = append(args, "--test-batch", "100") // not its tens of thousands of tokens one by one
			}
			if task := keys["task"]; task == "word" || task == "classify" {
				args = append(args, "--batch", "250") // tests of some ten thousand examples in few batches
			}
			if steps, _ := keys["steps"].(float64); steps > 20 {
				args = append(args, "--steps", "20") // a graph of few steps is built at once
			}
			var got struct{ Train, Valid partLoss }
			r := succeed(t, "", args...)
			if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || !(got.Train.Loss > 0) || !(got.Valid.Loss > 0) {
				t.Errorf("%v: %s", err, r.stdout)
			}
		})
	}
}

type partLoss struct{ Loss float64 }
