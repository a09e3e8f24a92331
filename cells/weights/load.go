package weights

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/safetensors"
)

// Load sets the parameters of tensors to what a file holds, in float32 or float64, under
// their names. The file must hold these tensors, in their shapes, and no others; if it
// does not, the error names the tensor and what was expected, and nothing has been set.
func Load(tensors []Tensor, file *safetensors.File) error {
	values := make([][]float64, len(tensors))
	for i, t := range tensors {
		var err error
		if values[i], err = t.find(file); err != nil {
			return err
		}
	}
	if err := noOthers(tensors, file); err != nil {
		return err
	}
	for i, t := range tensors {
		if err := t.SetFloats(values[i]); err != nil {
			return err
		}
	}
	return nil
}

// find returns the values of the tensor of the same name and shape.
func (t Tensor) find(file *safetensors.File) ([]float64, error) {
	stored, ok := file.Tensor(t.Name)
	if !ok {
		return nil, errors.Errorf("weights: there is no tensor %q of shape %v; there are: %s", t.Name, t.Shape, names(file))
	}
	if !slices.Equal(stored.Shape, t.Shape) {
		return nil, errors.Errorf("weights: tensor %q has shape %v, want %v", t.Name, stored.Shape, t.Shape)
	}
	switch stored.Dtype {
	case safetensors.F64:
		return stored.Float64s()
	case safetensors.F32:
		short, err := stored.Float32s()
		x := make([]float64, len(short))
		for i, v := range short {
			x[i] = float64(v)
		}
		return x, err
	}
	return nil, errors.Errorf("weights: tensor %q is of %s, want %s or %s; convert it", t.Name, stored.Dtype, safetensors.F32, safetensors.F64)
}

// noOthers returns an error if the file holds more: layers, perhaps, or a projection,
// without which the others mean something else.
func noOthers(tensors []Tensor, file *safetensors.File) error {
	for _, stored := range file.Tensors {
		if !slices.ContainsFunc(tensors, func(t Tensor) bool { return t.Name == stored.Name }) {
			return errors.Errorf("weights: tensor %q of shape %v has no place in this model; leave it out, or make the model that it belongs to",
				stored.Name, stored.Shape)
		}
	}
	return nil
}

func names(file *safetensors.File) string {
	var all []string
	for _, t := range file.Tensors {
		all = append(all, t.Name)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
