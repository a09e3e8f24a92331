package graphgen

import "math/rand/v2"

// CheckSeed draws the program of a seed and checks it in a few variants, or in all. It counts
// what it meets in the table.
func CheckSeed(seed uint64, all bool, table *Table) *Failure {
	p := Draw(seed)
	variants := AllVariants()
	if !all {
		variants = fewVariants(rand.New(rand.NewPCG(seed, 17)))
	}
	f, err := p.Check(variants, table)
	if err != nil {
		return &Failure{p, Variant{Reference: true}, err.Error()}
	}
	table.program(p)
	return f
}

// CheckText checks the program of a text in all variants.
func CheckText(text string) (*Failure, error) {
	p, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return p.Check(AllVariants(), nil)
}
