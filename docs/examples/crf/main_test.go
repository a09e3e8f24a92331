package main

func Example() {
	main()
	// Output:
	// over 99 % of sentences right in every tag: true
	// inside after outside scores less than begin after outside: true
}
