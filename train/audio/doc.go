// Package audio turns recorded sound into numbers over time: it reads WAV files and
// computes the spectra that speech is recognised by.
package audio
