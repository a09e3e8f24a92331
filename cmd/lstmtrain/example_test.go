package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The program runs in a process of its own or, as here, as a function.
func Example() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	text, out := filepath.Join(folder, "text"), filepath.Join(folder, "run")
	if err := os.WriteFile(text, []byte(strings.Repeat("to be or not to be\n", 40)), 0o666); err != nil {
		panic(err)
	}

	var stdout strings.Builder
	code := execute(context.Background(), []string{"train", "--data", text, "--out", out, "--quiet", "--json",
		"--hidden", "8", "--steps", "10", "--batch", "4", "--max-steps", "5"}, os.Stdin, &stdout, os.Stdout)

	var result struct {
		Task  string
		Steps int
	}
	if err := json.Unmarshal([]byte(stdout.String()), &result); err != nil {
		panic(err)
	}
	fmt.Println(code, result.Task, result.Steps)

	code = execute(context.Background(), []string{"train", "--task", "poem"}, os.Stdin, os.Stdout, os.Stdout)
	fmt.Println(code)
	// Output:
	// 0 char 5
	// lstmtrain: invalid argument "poem" for "--task" flag: want one of char, word, classify, tag, forecast, notes; see lstmtrain train --help
	// 2
}
