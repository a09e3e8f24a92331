package task_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/task"
)

// A text is the prompt's continuation token by token, the same from a Generator that begins anew, and
// none where the context is cancelled. Would catch a prompt that is not seen, and a token that is lost
// or written twice.
func TestContinue(t *testing.T) {
	m, _ := languageModel(t, strings.Repeat("to be or not to be, ", 8), 20)
	g, err := task.NewGenerator(m, task.Serving{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	prompt, skipped := m.Beginning("be ö")
	if len(prompt) != 3 || !slices.Equal(skipped, []string{"ö"}) {
		t.Errorf("the beginning is %v without %q", prompt, skipped)
	}
	write := func(prompt []int) string {
		var text strings.Builder
		if err := g.Continue(t.Context(), &text, prompt, 30, task.Sampling{Temperature: 1}, rand.New(rand.NewPCG(1, 1))); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	first := write(prompt)
	if len(first) != 30 {
		t.Errorf("30 characters are %q", first)
	}
	var ids []int
	for _, r := range first {
		id, ok := m.Vocabulary.ID(string(r))
		if !ok {
			t.Fatalf("%q is in %q", r, first)
		}
		ids = append(ids, id)
	}
	restart := func() {
		if err := g.SetState(task.TextState{}); err != nil || g.Probabilities() != nil {
			t.Errorf("it has seen something: %v", err)
		}
	}
	restart()
	rng := rand.New(rand.NewPCG(1, 1))
	if err := g.SeeAll(t.Context(), prompt); err != nil {
		t.Fatal(err)
	}
	for i, want := range ids {
		if got, err := g.Next(task.Sampling{Temperature: 1}, rng); err != nil || got != want {
			t.Fatalf("token %d is %d, %v, want %d", i, got, err, want)
		}
	}
	second := write(prompt) // goes on from there
	restart()
	if third := write(prompt); third != first || second == first {
		t.Errorf("from the start again %q, before %q and %q", third, first, second)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var none strings.Builder
	if err := g.Continue(cancelled, &none, prompt, 5, task.Sampling{}, rng); err != context.Canceled || none.Len() > 0 {
		t.Errorf("cancelled, it writes %q, %v", none.String(), err)
	}
}
