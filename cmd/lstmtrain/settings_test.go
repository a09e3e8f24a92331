package main

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/run"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// settingsFile is the document of all flags of train.
const settingsFile = "../../docs/settings.md"

// docs/settings.md says of each flag of train what its help says. After a change of a flag it is
// written anew by
//
//	go test ./cmd/lstmtrain -run TestSettingsDocument -record
func TestSettingsDocument(t *testing.T) {
	want := settingsDocument()
	if *recordDigests {
		if err := os.WriteFile(settingsFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, settingsFile); !bytes.Equal(got, want) {
		t.Errorf("docs/settings.md is not what the flags say; write it anew with -record")
	}
}

func settingsDocument() []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, `# Settings

All that `+"`lstmtrain train`"+` can be told, generated from its flags. In a recipe, and in a file for `+"`--config`"+`, a setting has the
name of its flag. `+"`config.json`"+` of a run, and the `+"`Settings`"+` of package `+"`train/run`"+`, hold the same ones, with `+"`_`"+` in
place of `+"`-`"+`.
`)
	for _, g := range newSettings().groups() {
		fmt.Fprintf(&b, "\n## %s\n\n| setting | value | if not given | tasks | |\n|---|---|---|---|---|\n", g.title)
		g.VisitAll(func(f *pflag.Flag) {
			kind, usage := pflag.UnquoteUsage(f)
			if kind == "" {
				kind = "true or false"
			}
			cell := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", "\\|") }
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", f.Name, cell(kind), cell(strings.Trim(f.DefValue, "[]")), tasksOf(f.Name), cell(usage))
		})
	}
	return b.Bytes()
}

// tasksOf lists the tasks for which a flag means something, if they are not all.
func tasksOf(flag string) string {
	var some []string
	for _, kind := range task.Kinds() {
		if applies(flag, kind) {
			some = append(some, string(kind))
		}
	}
	if len(some) == len(task.Kinds()) {
		return ""
	}
	return strings.Join(some, ", ")
}

// Every setting of a training is a flag of train by its name, and every flag that says how to train
// is a setting. Would catch a knob that cannot be turned, and one that is not written down.
func TestEveryKnobIsAFlag(t *testing.T) {
	keys := map[string]bool{}
	addKeys(reflect.TypeFor[run.Settings](), keys)
	keys["sample-every"], keys["workers"] = true, true
	others := map[string]bool{"config": true, "out": true, "force": true, "json": true, "quiet": true} // of the command
	flags := map[string]bool{}
	for _, g := range newSettings().groups() {
		g.VisitAll(func(f *pflag.Flag) { flags[f.Name] = true })
	}
	for key := range keys {
		if !flags[key] {
			t.Errorf("%s is no flag", key)
		}
	}
	for flag := range flags {
		if !keys[flag] && !others[flag] {
			t.Errorf("--%s is no setting", flag)
		}
	}
	for option := range onlyFor {
		if !flags[option] && option != "classes" {
			t.Errorf("onlyFor has %s, which is no flag", option)
		}
	}
}

// addKeys adds the names that the fields of a struct have as flags.
func addKeys(of reflect.Type, keys map[string]bool) {
	for i := range of.NumField() {
		f := of.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			addKeys(f.Type, keys)
		case key != "-":
			keys[run.Option(key)] = true
		}
	}
}
