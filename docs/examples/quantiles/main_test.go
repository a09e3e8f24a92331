package main

func Example() {
	main()
	// Output:
	// below 0.1: within 0.03: true
	// below 0.5: within 0.03: true
	// below 0.9: within 0.03: true
}
