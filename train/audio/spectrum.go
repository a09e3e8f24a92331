package audio

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// A Spectrum says how sound becomes rows of numbers. Frames of Window seconds, Hop apart,
// are weighted by a Hann window and transformed; Filters triangles, whose corners are
// equally far apart on the mel scale from 0 to half the rate, sum up the power, of which
// the logarithm is taken:
//
//	mel(f) = 2595·log10(1 + f/700)
//	E[k]   = log max(Σ_f triangle[k][f]·|X[f]|², 10⁻¹⁰)
//
// Those are the log-mel energies. Their first Coefficients cosines, by the orthonormal
// discrete cosine transform of type II, are the mel-frequency cepstral coefficients (Davis
// and Mermelstein 1980):
//
//	c[n] = s_n · Σ_k E[k]·cos(π·n·(k + ½)/Filters),   s_0 = √(1/Filters), s_n = √(2/Filters)
type Spectrum struct {
	Window, Hop  float64 // in seconds
	Filters      int
	Coefficients int // 0 for the log-mel energies themselves
}

// LogMel is the usual spectrum of speech: 25 ms, every 10 ms, 40 filters.
var LogMel = Spectrum{Window: 0.025, Hop: 0.010, Filters: 40}

// MFCC is its first 13 cepstral coefficients.
var MFCC = Spectrum{Window: 0.025, Hop: 0.010, Filters: 40, Coefficients: 13}

// Width returns the number of numbers in a row.
func (s Spectrum) Width() int {
	if s.Coefficients > 0 {
		return s.Coefficients
	}
	return s.Filters
}

// Of returns the rows of a sound, one after the other. What is left after the last whole
// frame is left out, but for a sound of less than a frame, which is filled up with zeros. A
// sound without samples has no rows.
func (s Spectrum) Of(sound *Sound) []float64 {
	if sound.Len() == 0 {
		return nil
	}
	rate := float64(sound.Rate)
	window := hann(max(int(math.Round(s.Window*rate)), 1))
	hop := max(int(math.Round(s.Hop*rate)), 1)
	size := 1
	for size < len(window) {
		size *= 2
	}
	filters := melFilters(s.Filters, size, rate)
	transform := fourier.NewFFT(size)
	frame, coefficients := make([]float64, size), make([]complex128, size/2+1)
	frames := max((sound.Len()-len(window))/hop, 0) + 1
	rows := make([]float64, 0, frames*s.Width())
	for start := 0; start == 0 || start+len(window) <= sound.Len(); start += hop {
		n := sound.Read(frame[:len(window)], start)
		for i := range n {
			frame[i] *= window[i]
		}
		coefficients = transform.Coefficients(coefficients, frame)
		rows = append(rows, s.row(filters, coefficients)...)
	}
	return rows
}

// row returns the numbers of a frame.
func (s Spectrum) row(filters [][]float64, x []complex128) []float64 {
	const faintest = 1e-10
	energies := make([]float64, len(filters))
	for k, filter := range filters {
		power := 0.0
		for f, weight := range filter {
			power += weight * (real(x[f])*real(x[f]) + imag(x[f])*imag(x[f]))
		}
		energies[k] = math.Log(max(power, faintest))
	}
	if s.Coefficients == 0 {
		return energies
	}
	return cosines(energies, s.Coefficients)
}

// cosines returns the first n coefficients of the discrete cosine transform.
func cosines(e []float64, n int) []float64 {
	c := make([]float64, n)
	for i := range c {
		sum := 0.0
		for k, x := range e {
			sum += x * math.Cos(math.Pi*float64(i)*(float64(k)+0.5)/float64(len(e)))
		}
		scale := 2.0
		if i == 0 {
			scale = 1
		}
		c[i] = sum * math.Sqrt(scale/float64(len(e)))
	}
	return c
}

// hann returns the periodic Hann window of n samples.
func hann(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(n))
	}
	if n == 1 {
		w[0] = 1
	}
	return w
}

func mel(f float64) float64     { return 2595 * math.Log10(1+f/700) }
func hertz(mel float64) float64 { return 700 * (math.Pow(10, mel/2595) - 1) }

// melFilters returns, for each filter, the weights of the size/2+1 frequencies of a
// transform.
func melFilters(n, size int, rate float64) [][]float64 {
	corners := make([]float64, n+2)
	for i := range corners {
		corners[i] = hertz(mel(rate/2) * float64(i) / float64(n+1))
	}
	filters := make([][]float64, n)
	for k := range filters {
		filters[k] = make([]float64, size/2+1)
		low, middle, high := corners[k], corners[k+1], corners[k+2]
		for i := range filters[k] {
			f := float64(i) * rate / float64(size)
			filters[k][i] = max(min((f-low)/(middle-low), (high-f)/(high-middle)), 0)
		}
	}
	return filters
}
