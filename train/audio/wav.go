package audio

import (
	"encoding/binary"
	"math"

	"github.com/pkg/errors"
)

// A Sound is one channel of samples.
type Sound struct {
	Samples []float64 // in [−1, 1]
	Rate    int       // samples a second
}

// wavFormat is what the chunk "fmt " of a WAV file says.
type wavFormat struct {
	encoding, channels, bits int
	rate                     int
}

// Encodings of samples.
const (
	wavInteger    = 1
	wavFloat      = 3
	wavExtensible = 0xfffe // the encoding stands further on
)

// DecodeWAV returns the sound of a WAV file: integers of 8, 16, 24 or 32 bits, or floats of
// 32 or 64, in any number of channels, of which it returns the mean. It is an error if the
// content is not such a file, is cut off, or holds a sample that is not finite. No more
// memory is used than the samples need.
func DecodeWAV(content []byte) (*Sound, error) {
	if len(content) < 12 || string(content[:4]) != "RIFF" || string(content[8:12]) != "WAVE" {
		return nil, errors.New("not a WAV file: it does not begin with RIFF, a size and WAVE")
	}
	var format *wavFormat
	for rest := content[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if size > int64(len(body)) {
			return nil, errors.Errorf("cut off: chunk %q says that it has %d bytes, but %d follow", id, size, len(body))
		}
		switch id {
		case "fmt ":
			var err error
			if format, err = parseWAVFormat(body[:size]); err != nil {
				return nil, err
			}
		case "data":
			if format == nil {
				return nil, errors.New("its samples stand before the chunk that says what they are")
			}
			return format.sound(body[:size])
		}
		rest = body[min(size+size%2, int64(len(body))):] // chunks begin at even bytes
	}
	return nil, errors.New("has no samples: there is no chunk called data")
}

func parseWAVFormat(b []byte) (*wavFormat, error) {
	if len(b) < 16 {
		return nil, errors.Errorf("its format has %d bytes, want 16 or more", len(b))
	}
	f := &wavFormat{
		encoding: int(binary.LittleEndian.Uint16(b)),
		channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate:     int(binary.LittleEndian.Uint32(b[4:])),
		bits:     int(binary.LittleEndian.Uint16(b[14:])),
	}
	if f.encoding == wavExtensible && len(b) >= 26 {
		f.encoding = int(binary.LittleEndian.Uint16(b[24:]))
	}
	const fastest = 1 << 20
	switch {
	case f.channels == 0:
		return nil, errors.New("has no channels")
	case f.rate == 0 || f.rate > fastest:
		return nil, errors.Errorf("has %d samples a second, want 1 to %d", f.rate, fastest)
	case f.encoding == wavInteger && (f.bits == 8 || f.bits == 16 || f.bits == 24 || f.bits == 32):
	case f.encoding == wavFloat && (f.bits == 32 || f.bits == 64):
	default:
		return nil, errors.Errorf("has samples of encoding %d and %d bits, which are not read; convert it to 16-bit PCM", f.encoding, f.bits)
	}
	return f, nil
}

// sound returns the mean of the channels.
func (f *wavFormat) sound(b []byte) (*Sound, error) {
	width := f.bits / 8
	frame := width * f.channels
	if len(b)%frame != 0 {
		return nil, errors.Errorf("cut off: its samples have %d bytes, which is no multiple of %d", len(b), frame)
	}
	s := &Sound{Rate: f.rate, Samples: make([]float64, len(b)/frame)}
	for i := range s.Samples {
		sum := 0.0
		for c := range f.channels {
			at := i*frame + c*width
			sum += f.sample(b[at : at+width])
		}
		s.Samples[i] = sum / float64(f.channels)
		if math.IsNaN(s.Samples[i]) || math.IsInf(s.Samples[i], 0) {
			return nil, errors.Errorf("sample %d is not finite", i+1)
		}
	}
	return s, nil
}

// sample returns one sample.
func (f *wavFormat) sample(b []byte) float64 {
	switch {
	case f.encoding == wavFloat && f.bits == 32:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case f.encoding == wavFloat:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case f.bits == 8:
		return (float64(b[0]) - 128) / 128 // the only one without a sign
	case f.bits == 16:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.bits == 24:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}
