package safetensors

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// parseHeader reads the JSON of a header. It goes through it token by token
// because json.Unmarshal accepts what a strict reader must not: keys that occur
// twice and keys in the wrong case.
func parseHeader(head []byte) (metadata map[string]string, entries []entry, err error) {
	if len(head) == 0 || head[0] != '{' {
		return nil, nil, errors.Errorf("the header begins with %.10q, expected {", head)
	}
	if !utf8.Valid(head) {
		return nil, nil, errors.New("the header is not valid UTF-8")
	}
	r := newHeaderReader(head)
	err = r.object(func(key string) error {
		if key == metadataKey {
			metadata, err = r.metadata()
			return errors.WithMessage(err, metadataKey)
		}
		e, err := r.entry()
		e.Name = key
		entries = append(entries, e)
		return errors.WithMessagef(err, "tensor %q", key)
	})
	if err != nil {
		return nil, nil, err
	}
	if rest := head[r.json.InputOffset():]; len(bytes.Trim(rest, " \t\r\n")) > 0 {
		return nil, nil, errors.Errorf("%.20q follows the header's JSON, expected spaces only", rest)
	}
	return metadata, entries, nil
}

// A headerReader reads the values that occur in a header. Its errors name the
// byte of the file at which the value was expected.
type headerReader struct{ json *json.Decoder }

func newHeaderReader(head []byte) headerReader {
	d := json.NewDecoder(bytes.NewReader(head))
	d.UseNumber()
	return headerReader{d}
}

// metadata reads an object of strings.
func (r headerReader) metadata() (map[string]string, error) {
	metadata := map[string]string{}
	err := r.object(func(key string) (err error) {
		metadata[key], err = r.string()
		return errors.WithMessagef(err, "key %q", key)
	})
	if len(metadata) == 0 {
		return nil, err
	}
	return metadata, err
}

// entry reads the description of a tensor: dtype, shape and data_offsets, each
// once, in any order.
func (r headerReader) entry() (e entry, err error) {
	fields := 0
	err = r.object(func(key string) error {
		fields++
		switch key {
		case "dtype":
			name, err := r.string()
			e.Dtype = Dtype(name)
			return err
		case "shape":
			e.Shape, err = r.ints(maxRank)
			return err
		case "data_offsets":
			offsets, err := r.ints(2)
			if err == nil && len(offsets) != 2 {
				return errors.Errorf("data_offsets %v: expected [begin, end]", offsets)
			}
			if err == nil {
				e.begin, e.end = offsets[0], offsets[1]
			}
			return err
		}
		return errors.Errorf("unknown field %q, expected dtype, shape and data_offsets", key)
	})
	if err == nil && fields < 3 {
		err = errors.Errorf("%d fields, expected dtype, shape and data_offsets", fields)
	}
	return e, err
}

// object reads an object whose keys are distinct and calls value to read the
// value of each.
func (r headerReader) object(value func(key string) error) error {
	if err := r.delim('{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for r.json.More() {
		key, err := r.string()
		if err != nil {
			return err
		}
		if seen[key] {
			return errors.Errorf("key %q occurs twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	return r.delim('}')
}

// ints reads an array of at most max whole numbers from zero on.
func (r headerReader) ints(max int) ([]int, error) {
	if err := r.delim('['); err != nil {
		return nil, err
	}
	numbers := []int{}
	for r.json.More() {
		if len(numbers) == max {
			return nil, r.unexpected("more numbers", "at most "+strconv.Itoa(max))
		}
		token, err := r.token()
		if err != nil {
			return nil, err
		}
		number, _ := token.(json.Number)
		n, err := strconv.ParseUint(string(number), 10, strconv.IntSize-1)
		if err != nil {
			return nil, r.unexpected(token, "a whole number that an int can hold")
		}
		numbers = append(numbers, int(n))
	}
	return numbers, r.delim(']')
}

func (r headerReader) string() (string, error) {
	token, err := r.token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", r.unexpected(token, "a string")
	}
	return s, nil
}

func (r headerReader) delim(want json.Delim) error {
	token, err := r.token()
	if err != nil {
		return err
	}
	if token != want {
		return r.unexpected(token, want.String())
	}
	return nil
}

func (r headerReader) token() (json.Token, error) {
	at := prefix + r.json.InputOffset()
	token, err := r.json.Token()
	return token, errors.Wrapf(err, "the header's JSON is broken after byte %d of the file", at)
}

func (r headerReader) unexpected(got any, want string) error {
	return errors.Errorf("%.40v ends at byte %d of the file, expected %s", got, prefix+r.json.InputOffset(), want)
}
