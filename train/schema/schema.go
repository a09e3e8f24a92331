package schema

import (
	"slices"
	"strings"
)

// A Schema is what a model's inputs and outputs stand for: what it knows of the data that
// it was trained on. Fields that the model has no use for are nil.
type Schema struct {
	Vocabulary *Vocabulary // numbers the tokens that are the inputs
	Affixes    *Affixes    // tell what a word is by how it is spelt
	Features   *Features   // names and scales inputs that are numbers
	Labels     *Labels     // names the classes that are predicted
	Horizon    *Horizon    // says what is forecast
}

// String lists what is there, for messages.
func (s Schema) String() string {
	var parts []string
	for name, there := range map[string]bool{
		"a vocabulary": s.Vocabulary != nil, "affixes": s.Affixes != nil, "features": s.Features != nil, "labels": s.Labels != nil, "a horizon": s.Horizon != nil,
	} {
		if there {
			parts = append(parts, name)
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	slices.Sort(parts)
	return strings.Join(parts, " and ")
}
