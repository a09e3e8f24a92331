package recipes

import "testing"

// By hand: one letter more, one less and one other.
func TestEdits(t *testing.T) {
	for pair, want := range map[[2]string]int{{"", "abc"}: 3, {"abc", ""}: 3, {"co2", "co2"}: 0, {"kitten", "sitting"}: 3, {"ab", "ba"}: 2, {"imdb", "mdb"}: 1} {
		if got := edits(pair[0], pair[1]); got != want {
			t.Errorf("%d edits make %q of %q, want %d", got, pair[1], pair[0], want)
		}
	}
}

// Names that nothing is called lead to the nearest ones, and no name leads out of the folder.
func TestFind(t *testing.T) {
	if near := Nearest("imbd", 2); len(near) != 2 || near[0] != "imdb" {
		t.Errorf("near imbd are %v", near)
	}
	for _, name := range []string{"", "imdb.json", "../recipes/imdb", "README"} {
		if _, ok := Find(name); ok {
			t.Errorf("there is a recipe %q", name)
		}
	}
	if content, ok := Find("imdb"); !ok || len(content) < 100 {
		t.Errorf("imdb is %q, %t", content, ok)
	}
}
