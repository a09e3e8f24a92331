package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/cells/weights"
)

// A kind is how models of one Go type are written to files and read.
type kind struct {
	name     string
	of       reflect.Type
	metadata func(m Parameterized) (map[string]string, error)
	read     func(metadata map[string]string) (Parameterized, error)
	tensors  func(m Parameterized) []weights.Tensor // nil if they are the parameters as they are
}

// unnamed is the name of the kind of files that name none.
const unnamed = "task"

var kinds struct {
	sync.Mutex
	byName map[string]*kind
}

// A Described is a model that a value of type C describes, as JSON, up to its weights.
type Described[C any] interface {
	Parameterized
	Describe() C
}

// Register gives the models of a type a name, under which [Save] writes and [Load] reads them. A
// file holds what Describe returns, and make returns the model of that description, whose
// weights Load then sets. Register is for the init function of the package that has the type. It
// panics if the name or the type is registered already.
func Register[C any, M Described[C]](name string, make func(C) (M, error)) {
	register(&kind{
		name: name, of: reflect.TypeFor[M](),
		metadata: func(m Parameterized) (map[string]string, error) {
			text, err := json.Marshal(m.(M).Describe())
			return map[string]string{keyConfig: string(text)}, errors.Wrapf(err, "what describes a %T", m)
		},
		read: func(metadata map[string]string) (Parameterized, error) {
			var description C
			if err := json.Unmarshal([]byte(metadata[keyConfig]), &description); err != nil {
				return nil, errors.Wrapf(err, "metadata %s", keyConfig)
			}
			return make(description)
		},
	})
}

// A Formatted is a model that has a form of its own in files.
type Formatted interface {
	Parameterized

	// Metadata returns a new map of all that describes the model up to its weights. Keys begin
	// with "lstm.".
	Metadata() (map[string]string, error)

	// Tensors returns the weights as they are laid out in the file, in float32.
	Tensors() []weights.Tensor
}

// RegisterFormatted is Register of models that have a form of their own in files. Read is handed
// the metadata.
func RegisterFormatted[M Formatted](name string, read func(metadata map[string]string) (M, error)) {
	register(&kind{
		name: name, of: reflect.TypeFor[M](),
		metadata: func(m Parameterized) (map[string]string, error) { return m.(M).Metadata() },
		read:     func(metadata map[string]string) (Parameterized, error) { return read(metadata) },
		tensors:  func(m Parameterized) []weights.Tensor { return m.(M).Tensors() },
	})
}

func register(k *kind) {
	kinds.Lock()
	defer kinds.Unlock()
	for _, known := range kinds.byName {
		if known.name == k.name || known.of == k.of {
			panic(fmt.Sprintf("train: kind %q of %v is registered after kind %q of %v", k.name, k.of, known.name, known.of))
		}
	}
	if kinds.byName == nil {
		kinds.byName = map[string]*kind{}
	}
	if own := k.metadata; k.name != unnamed {
		k.metadata = func(m Parameterized) (map[string]string, error) {
			metadata, err := own(m)
			if err == nil {
				metadata[keyKind] = k.name
			}
			return metadata, err
		}
	}
	kinds.byName[k.name] = k
}

// kindOf returns the kind of a model.
func kindOf(m Parameterized) (*kind, error) {
	kinds.Lock()
	defer kinds.Unlock()
	for _, k := range kinds.byName {
		if k.of == reflect.TypeOf(m) {
			return k, nil
		}
	}
	return nil, errors.Errorf(`a %T is of no kind that files know: name it by train.Register("a name of its own", ...)`, m)
}

// kindNamed returns the kind of a file that names it.
func kindNamed(name string) (*kind, error) {
	kinds.Lock()
	defer kinds.Unlock()
	if name == "" {
		name = unnamed
	}
	if k := kinds.byName[name]; k != nil {
		return k, nil
	}
	if name == unnamed {
		return nil, errors.New("it holds a model of package task, which this program does not import")
	}
	return nil, errors.Errorf("it holds a model of kind %q, and there are %s: name its type by train.Register(%q, ...)",
		name, strings.Join(slices.Sorted(maps.Keys(kinds.byName)), ", "), name)
}

// described returns the metadata that describe a model.
func described(m Parameterized) (map[string]string, error) {
	k, err := kindOf(m)
	if err != nil {
		return nil, err
	}
	return k.metadata(m)
}
