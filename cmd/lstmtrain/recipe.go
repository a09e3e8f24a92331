package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/pkg/errors"
	"github.com/spf13/pflag"
)

// useRecipe sets flags to what a file, or the recipe of that name, says, but for those that are given. It
// is a JSON object whose keys are names of flags; a value is a text, a number, true or false, or
// a list of them for a flag that is repeated. The key about is for people.
//
//	{"about": "learns to write", "data": "book.txt", "hidden": 256, "lr": 0.001}
func useRecipe(path string, flags *pflag.FlagSet) error {
	content, embedded, err := readRecipe(path)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	flags.Visit(func(f *pflag.Flag) { given[f.Name] = true })
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	fail := func(format string, args ...any) error {
		line := 1 + bytes.Count(content[:decoder.InputOffset()], []byte("\n"))
		return usagef("%s:%d: %v", path, line, fmt.Sprintf(format, args...))
	}
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return fail("want a JSON object whose keys are flags of train")
	}
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return fail("not JSON: %v", err)
		}
		name := token.(string) // what else a key can be is an error of the decoder
		var value any
		if err := decoder.Decode(&value); err != nil {
			return fail("the value of %q is not JSON: %v", name, err)
		}
		switch {
		case seen[name]:
			return fail("%q stands there twice", name)
		case name == "config" || name != "about" && flags.Lookup(name) == nil:
			return fail("%q is no flag of train; see lstmtrain train --help", name)
		case name != "about" && !given[name]:
			if err := setFlag(flags, name, value); err != nil {
				return fail("%v", err)
			}
		}
		seen[name] = true
	}
	if _, err := decoder.Token(); err != nil { // the closing brace
		return fail("not JSON: %v", err)
	}
	if decoder.More() {
		return fail("there is more after the JSON object")
	}
	if embedded {
		return recipeFilesAreThere(path, given, flags)
	}
	return nil
}

// setFlag sets a flag to a value, or to each of a list of them.
func setFlag(flags *pflag.FlagSet, name string, value any) error {
	values, several := value.([]any)
	if !several {
		values = []any{value}
	} else if flags.Lookup(name).Value.Type() != "stringArray" {
		return errors.Errorf("%q takes one value, not a list", name)
	}
	for _, v := range values {
		switch v.(type) {
		case string, json.Number, bool:
		default:
			return errors.Errorf("%q is %v; want a text, a number, true or false", name, v)
		}
		if err := flags.Set(name, fmt.Sprint(v)); err != nil {
			return err
		}
	}
	return nil
}
