package audio

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/pkg/errors"
)

// A Sound is one channel of samples. Those of a file stay as the file has them, and become numbers
// where they are needed.
type Sound struct {
	Samples []float64 // in [−1, 1]; of a sound that was made in memory
	Rate    int       // samples a second

	recorded []byte // the samples of a file
	format   *wavFormat
}

// Len returns the number of samples.
func (s *Sound) Len() int {
	if s.format != nil {
		return len(s.recorded) / s.format.frame()
	}
	return len(s.Samples)
}

// Read copies samples from the one at index start on to x, as many as there are and x holds, and
// returns their number. The samples of several channels are their mean.
func (s *Sound) Read(x []float64, start int) int {
	n := min(len(x), s.Len()-start)
	if s.format == nil {
		return copy(x[:n], s.Samples[start:])
	}
	f := s.format
	for i := range n {
		b := s.recorded[(start+i)*f.frame():]
		sum := 0.0
		for c := range f.channels {
			sum += f.sample(b[c*f.width : (c+1)*f.width])
		}
		x[i] = sum / float64(f.channels)
	}
	return n
}

// The rates that are read, in samples a second. Below are none of sound, and a file of them would
// fill the memory with spectra.
const (
	slowest = 1_000
	fastest = 768_000
)

// wavFormat is what the chunk "fmt " of a WAV file says.
type wavFormat struct {
	encoding, channels int
	width              int // bytes of a sample
	rate               int
}

// frame returns the bytes of a sample of all channels.
func (f *wavFormat) frame() int { return f.width * f.channels }

// Encodings of samples.
const (
	wavInteger    = 1
	wavFloat      = 3
	wavALaw       = 6
	wavMuLaw      = 7
	wavExtensible = 0xfffe // the encoding stands further on
)

// unknown is the size of a chunk that another one says, in RF64, or that whoever wrote the file to
// a pipe did not know.
const unknown = math.MaxUint32

// DecodeWAV returns the sound of a WAV file: integers of 8, 16, 24 or 32 bits, floats of
// 32 or 64, or 8 bits by the A-law or the μ-law, in any number of channels, of which it returns the
// mean, at 1,000 to 768,000 samples a second. Besides RIFF it reads RF64 and BW64 (EBU Tech 3306),
// whose sizes have 64 bits. Samples whose size is not known, as programs write that cannot go back
// in a pipe, end with the file; some bytes after the last whole sample are left out.
//
// It is an error if the content is not such a file, is cut off, or holds a sample that is not
// finite. The sound shares the memory of content, and no more is used.
func DecodeWAV(content []byte) (*Sound, error) {
	if len(content) < 12 || string(content[8:12]) != "WAVE" || !container(content) {
		return nil, errors.New("not a WAV file: it does not begin with RIFF, a size and WAVE")
	}
	var format *wavFormat
	long := uint64(unknown) // the size of the samples by the chunk ds64
	for rest := content[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if id == "data" {
			if format == nil {
				return nil, errors.New("its samples stand before the chunk that says what they are")
			}
			size, err := dataSize(size, long, uint64(len(body)), content)
			if err != nil {
				return nil, err
			}
			return format.sound(body[:size])
		}
		if size > uint64(len(body)) {
			return nil, cutOff(id, size, len(body))
		}
		switch id {
		case "fmt ":
			var err error
			if format, err = parseWAVFormat(body[:size]); err != nil {
				return nil, err
			}
		case "ds64":
			if size >= 16 {
				long = binary.LittleEndian.Uint64(body[8:])
			}
		}
		rest = body[min(size+size%2, uint64(len(body))):] // chunks begin at even bytes
	}
	return nil, errors.New("has no samples: there is no chunk called data")
}

func container(content []byte) bool {
	for _, name := range []string{"RIFF", "RF64", "BW64"} {
		if bytes.HasPrefix(content, []byte(name)) {
			return true
		}
	}
	return false
}

// dataSize returns the number of bytes of the samples, of which the chunk says size and ds64, if
// there is one, long; room bytes follow.
func dataSize(size, long, room uint64, content []byte) (uint64, error) {
	const piped = 0x7ffff000 // what sox writes, which is the most of signed 32 bits but for a page
	whole := binary.LittleEndian.Uint32(content[4:])
	switch {
	case size == unknown && long != unknown && string(content[:4]) != "RIFF":
		if long > room {
			return 0, cutOff("data", long, int(room))
		}
		return long, nil
	case size == unknown, size > room && size >= piped, size == 0 && (whole == 0 || whole == unknown):
		return room, nil
	case size > room:
		return 0, cutOff("data", size, int(room))
	}
	return size, nil
}

func cutOff(id string, size uint64, room int) error {
	return errors.Errorf("cut off: chunk %q says that it has %d bytes, but %d follow", id, size, room)
}

func parseWAVFormat(b []byte) (*wavFormat, error) {
	if len(b) < 16 {
		return nil, errors.Errorf("its format has %d bytes, want 16 or more", len(b))
	}
	bits := int(binary.LittleEndian.Uint16(b[14:]))
	f := &wavFormat{
		encoding: int(binary.LittleEndian.Uint16(b)),
		channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate:     int(binary.LittleEndian.Uint32(b[4:])),
		width:    (bits + 7) / 8, // samples of 12 or 20 bits fill up their bytes from above
	}
	if f.encoding == wavExtensible && len(b) >= 26 {
		f.encoding = int(binary.LittleEndian.Uint16(b[24:]))
	}
	switch {
	case f.channels == 0:
		return nil, errors.New("has no channels")
	case f.rate < slowest || f.rate > fastest:
		return nil, errors.Errorf("has %d samples a second, want %d to %d; resample it", f.rate, slowest, fastest)
	case f.encoding == wavInteger && f.width >= 1 && f.width <= 4:
	case f.encoding == wavFloat && (bits == 32 || bits == 64):
	case (f.encoding == wavALaw || f.encoding == wavMuLaw) && bits == 8:
	default:
		return nil, errors.Errorf("has samples of encoding %d and %d bits, which are not read; convert it to 16-bit PCM", f.encoding, bits)
	}
	if align := int(binary.LittleEndian.Uint16(b[12:])); align != 0 && align != f.frame() {
		return nil, errors.Errorf("has frames of %d bytes, but %d channels of %d bits; convert it to 16-bit PCM", align, f.channels, bits)
	}
	return f, nil
}

// sound returns the sound of samples, all of which are finite.
func (f *wavFormat) sound(b []byte) (*Sound, error) {
	const loudest = 1 << 31 // of floats that somebody scaled as integers
	s := &Sound{Rate: f.rate, recorded: b, format: f}
	var x [1]float64
	for i := range s.Len() {
		if f.encoding != wavFloat {
			break
		}
		switch s.Read(x[:], i); {
		case math.IsNaN(x[0]) || math.IsInf(x[0], 0):
			return nil, errors.Errorf("sample %d is not finite", i+1)
		case math.Abs(x[0]) > loudest:
			return nil, errors.Errorf("sample %d is %g; samples are from -1 to 1", i+1, x[0])
		}
	}
	return s, nil
}

// sample returns one sample.
func (f *wavFormat) sample(b []byte) float64 {
	switch {
	case f.encoding == wavMuLaw:
		return muLaw(b[0])
	case f.encoding == wavALaw:
		return aLaw(b[0])
	case f.encoding == wavFloat && f.width == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case f.encoding == wavFloat:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case f.width == 1:
		return (float64(b[0]) - 128) / 128 // the only one without a sign
	case f.width == 2:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.width == 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}

// muLaw returns the sample of a byte by the μ-law of ITU-T G.711: a sign, three bits of exponent e
// and four of mantissa m, all inverted, for ±((8m + 132)·2^e − 132) of 2¹⁵.
func muLaw(b byte) float64 {
	b = ^b
	x := (int(b&0x0f)<<3+132)<<(b>>4&7) - 132
	if b&0x80 != 0 {
		x = -x
	}
	return float64(x) / (1 << 15)
}

// aLaw returns the sample of a byte by the A-law of ITU-T G.711: a sign, three bits of exponent e
// and four of mantissa m, every other one inverted, for ±(16m + 8) of 2¹⁵ if e is 0 and
// ±(16m + 264)·2^(e−1) if not.
func aLaw(b byte) float64 {
	b ^= 0x55
	e, x := b>>4&7, int(b&0x0f)<<4+8
	if e > 0 {
		x = (x + 256) << (e - 1)
	}
	if b&0x80 == 0 {
		x = -x
	}
	return float64(x) / (1 << 15)
}
