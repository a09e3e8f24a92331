package schema_test

import (
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Words keep their case, unseen ones are unknown, and an unseen tag says where it stands.
func TestEncodeSentences(t *testing.T) {
	sentences := formattest.Must(format.TaggedFromBytes("a", []byte("The DET\nthe DET\nend NOUN\n"), format.TaggedOptions{}))
	v := schema.NewTaggedVocabulary(sentences, schema.Limits{})
	if got := v.EncodeWords([]string{"the", "The", "THE"}); !slices.Equal(got, []int{4, 2, 1}) {
		t.Errorf("ids %v of %q", got, v.Symbols())
	}
	tags := formattest.Must(schema.NewTags(sentences))
	other := formattest.Must(format.TaggedFromBytes("b", []byte("\nThe DET\nran VERB\n"), format.TaggedOptions{}))
	_, err := tags.EncodeTags(other[0])
	formattest.Complaint{File: "b", Line: 3, Value: "VERB", Texts: []string{"DET"}}.Expect(t, err)
}
