package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/train/datatest"
)

// wav returns a WAV file with a chunk of an odd number of bytes before its samples.
func wav(encoding, channels, rate, bits uint16, samples any) []byte {
	var data, b bytes.Buffer
	binary.Write(&data, binary.LittleEndian, samples)
	b.WriteString("RIFF\x00\x00\x00\x00WAVEfmt ")
	binary.Write(&b, binary.LittleEndian, uint32(16))
	binary.Write(&b, binary.LittleEndian, []uint16{encoding, channels, rate, 0, 0, 0, 0, bits})
	b.WriteString("LIST\x03\x00\x00\x00abc\x00data")
	binary.Write(&b, binary.LittleEndian, uint32(data.Len()))
	b.Write(data.Bytes())
	return b.Bytes()
}

// Catches a sign, a scale or a byte order that is wrong, channels that are read as steps,
// and a chunk whose odd size shifts the next.
func TestDecodeWAV(t *testing.T) {
	for _, c := range []struct {
		content []byte
		want    []float64
	}{
		{wav(1, 1, 8000, 16, []int16{0, 16384, -32768}), []float64{0, 0.5, -1}},
		{wav(1, 2, 8000, 16, []int16{0, 16384, -32768, 0}), []float64{0.25, -0.5}},
		{wav(1, 1, 8000, 8, []uint8{128, 192, 0}), []float64{0, 0.5, -1}},
		{wav(1, 1, 8000, 24, []uint8{0, 0, 64, 0, 0, 128, 1, 0, 0}), []float64{0.5, -1, 1.0 / (1 << 23)}},
		{wav(1, 1, 8000, 32, []int32{1 << 30, -1 << 31}), []float64{0.5, -1}},
		{wav(3, 1, 8000, 32, []float32{0.5, -1}), []float64{0.5, -1}},
		{wav(3, 1, 8000, 64, []float64{0.5, -1}), []float64{0.5, -1}},
		{wav(1, 1, 8000, 16, []int16{}), []float64{}},
	} {
		got, err := DecodeWAV(c.content)
		if err != nil || got.Rate != 8000 || !slices.Equal(got.Samples, c.want) {
			t.Errorf("%+v, %v, want %v", got, err, c.want)
		}
	}
}

// Catches a size that is believed, and samples that are guessed.
func TestDecodeWAVRefuses(t *testing.T) {
	good := wav(1, 1, 8000, 16, []int16{1, 2})
	late := slices.Concat(good[:12], good[36:])
	for want, content := range map[string][]byte{
		"not a WAV file":         []byte("RIFX\x00\x00\x00\x00WAVE"),
		"does not begin":         good[:10],
		"cut off: chunk":         good[:len(good)-1],
		"no multiple of 2":       wav(1, 1, 8000, 16, []uint8{1, 2, 3}),
		"no channels":            wav(1, 0, 8000, 16, []int16{1}),
		"0 samples a second":     wav(1, 1, 0, 16, []int16{1}),
		"encoding 2 and 16 bits": wav(2, 1, 8000, 16, []int16{1}),
		"encoding 1 and 12 bits": wav(1, 1, 8000, 12, []int16{1}),
		"sample 2 is not finite": wav(3, 1, 8000, 32, []float32{0, float32(math.NaN())}),
		"stand before the chunk": late,
		"no chunk called data":   good[:36],
	} {
		if _, err := DecodeWAV(content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error that says %q", err, want)
		}
	}
}

// extensible returns a WAV file whose format says where its encoding stands, in byte 24.
func extensible(encoding, bits uint16, samples any) []byte {
	plain := wav(wavExtensible, 1, 8000, bits, samples)
	var more bytes.Buffer
	binary.Write(&more, binary.LittleEndian, []uint16{22, bits, 4, 0, encoding})
	more.WriteString("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")
	content := slices.Concat(plain[:36], more.Bytes(), plain[36:])
	binary.LittleEndian.PutUint32(content[16:], uint32(16+more.Len()))
	return content
}

// The encoding of an extensible file is the one that it names further on. Would catch integers that are
// read as floats, and an encoding that is not read.
func TestExtensibleWAV(t *testing.T) {
	for name, content := range map[string][]byte{"integers": extensible(1, 16, []int16{16384, -32768}), "floats": extensible(3, 32, []float32{0.5, -1})} {
		if got, err := DecodeWAV(content); err != nil || !slices.Equal(got.Samples, []float64{0.5, -1}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for want, content := range map[string][]byte{
		"encoding 2 and 16 bits":     extensible(2, 16, []int16{1}),
		"encoding 65534 and 16 bits": wav(wavExtensible, 1, 8000, 16, []int16{1}), // it does not say
		"sample 1 is not finite":     extensible(3, 32, []float32{float32(math.Inf(1))}),
	} {
		if _, err := DecodeWAV(content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error that says %q", err, want)
		}
	}
	for _, infinite := range [][]float64{{0, math.Inf(-1)}, {math.MaxFloat64, math.Inf(1)}} {
		if _, err := DecodeWAV(wav(3, 1, 8000, 64, infinite)); err == nil || !strings.Contains(err.Error(), "sample 2 is not finite") {
			t.Errorf("%v: %v", infinite, err)
		}
	}
}

// Frames of 25 ms each 10 ms, rounded to whole samples, by hand: at 11,025 Hz 276 and 110 samples, at
// 22,050 Hz 551 and 221, at 44,100 Hz 1,103 and 441. A sample less than n frames need is a row less.
// Would catch a frame or a hop that is cut off, or rounded to even.
func TestFramesByHand(t *testing.T) {
	for _, c := range []struct{ rate, window, hop int }{{8000, 200, 80}, {11025, 276, 110}, {16000, 400, 160}, {22050, 551, 221}, {44100, 1103, 441}} {
		for rows := 2; rows <= 9; rows += 7 {
			samples := c.window + (rows-1)*c.hop
			for less, want := range []int{rows, rows - 1} {
				sound := &Sound{Rate: c.rate, Samples: make([]float64, samples-less)}
				if got := len(LogMel.Of(sound)) / LogMel.Width(); got != want {
					t.Errorf("%d samples at %d Hz are %d rows, want %d", samples-less, c.rate, got, want)
				}
			}
		}
	}
}

// Whatever the bytes, there are no more samples than bytes.
func FuzzDecodeWAV(f *testing.F) {
	f.Add(wav(1, 2, 8000, 16, []int16{1, 2, 3, 4}))
	f.Add(wav(3, 1, 8000, 32, []float32{1}))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := DecodeWAV(content)
		if err != nil {
			return
		}
		if len(s.Samples) > len(content) || s.Rate < 1 {
			t.Fatalf("%d samples at %d from %d bytes", len(s.Samples), s.Rate, len(content))
		}
		if len(s.Samples) < 1000 && s.Rate <= 8000 {
			if rows := MFCC.Of(s); len(rows)%13 != 0 || slices.ContainsFunc(rows, math.IsNaN) {
				t.Fatalf("rows %v", rows)
			}
		}
	})
}

// The definition as plain loops, with the Fourier transform as its sum. Catches a filter
// that is one frequency off, a window that is not applied, and frames that are lost.
func TestSpectrumAgainstTheDefinition(t *testing.T) {
	sound := &Sound{Rate: 2000}
	for i := range 130 {
		sound.Samples = append(sound.Samples, math.Sin(float64(i*i)/50))
	}
	for _, s := range []Spectrum{{0.025, 0.010, 8, 0}, {0.025, 0.010, 8, 5}} {
		var want []float64
		for start := 0; start+50 <= 130; start += 20 {
			energies := make([]float64, 8)
			for k := range energies {
				corner := func(i int) float64 {
					top := 2595 * math.Log10(1+1000.0/700)
					return 700 * (math.Pow(10, top*float64(i)/9/2595) - 1)
				}
				for bin := range 33 {
					f := float64(bin) * 2000 / 64
					weight := 0.0
					switch {
					case f > corner(k) && f <= corner(k+1):
						weight = (f - corner(k)) / (corner(k+1) - corner(k))
					case f > corner(k+1) && f < corner(k+2):
						weight = (corner(k+2) - f) / (corner(k+2) - corner(k+1))
					}
					var re, im float64
					for i := range 50 {
						x := sound.Samples[start+i] * math.Pow(math.Sin(math.Pi*float64(i)/50), 2)
						re += x * math.Cos(2*math.Pi*float64(bin*i)/64)
						im -= x * math.Sin(2*math.Pi*float64(bin*i)/64)
					}
					energies[k] += weight * (re*re + im*im)
				}
				energies[k] = math.Log(energies[k])
			}
			if s.Coefficients == 0 {
				want = append(want, energies...)
				continue
			}
			for n := range 5 {
				c := 0.0
				for k, e := range energies {
					c += e * math.Cos(math.Pi*float64(n)*(float64(k)+0.5)/8) / 2 // √(2/8)
				}
				if n == 0 {
					c /= math.Sqrt2
				}
				want = append(want, c)
			}
		}
		got := s.Of(sound)
		if len(got) != len(want) || len(got) != 5*s.Width() {
			t.Fatalf("%d numbers, want %d", len(got), len(want))
		}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-9 {
				t.Fatalf("number %d is %v, want %v", i, got[i], want[i])
			}
		}
	}
}

// A sound of less than a frame has one row, and no sound none; silence is finite.
func TestShortSounds(t *testing.T) {
	for n, rows := range map[int]int{0: 0, 1: 1, 199: 1, 200: 1, 279: 1, 280: 2} {
		if got := MFCC.Of(&Sound{make([]float64, n), 8000}); len(got) != 13*rows || slices.ContainsFunc(got, math.IsNaN) {
			t.Errorf("%d samples have %v", n, got)
		}
	}
	if got := (Spectrum{Window: 0.025, Hop: 0.01, Filters: 2}).Of(&Sound{[]float64{1}, 1}); len(got) != 2 {
		t.Errorf("a sample a second has %v", got)
	}
}

// 1000 Hz is 1000 mel, as the scale is made (Stevens, Volkmann and Newman 1937).
func TestMel(t *testing.T) {
	if m := mel(1000); math.Abs(m-1000) > 0.1 || math.Abs(hertz(m)-1000) > 1e-9 {
		t.Errorf("1000 Hz is %v mel", m)
	}
}

// The spoken digits are of 8000 samples a second, and a hundredth of them at 100 rows a second.
func TestSpokenDigit(t *testing.T) {
	content, err := os.ReadFile(datatest.Path(t, "fsdd/recordings/0_george_0.wav"))
	if err != nil {
		t.Fatal(err)
	}
	sound, err := DecodeWAV(content)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(sound.Rate, len(sound.Samples), len(MFCC.Of(sound))/13)
	if want := fmt.Sprint(8000, (4812-44)/2, ((4812-44)/2-200)/80+1); got != want {
		t.Errorf("rate, samples and rows are %s, want %s", got, want)
	}
}

func ExampleSpectrum_Of() {
	sound := &Sound{Rate: 8000}
	for i := range 400 {
		sound.Samples = append(sound.Samples, math.Sin(2*math.Pi*1000*float64(i)/8000))
	}
	rows := LogMel.Of(sound)
	fmt.Println(len(rows)/LogMel.Width(), "rows of", LogMel.Width(), "energies")
	// Output: 3 rows of 40 energies
}
