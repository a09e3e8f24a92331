package train

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/safetensors"
	"github.com/seed-222a112c/lstm/train/optim"
)

// What the names of a checkpoint's tensors begin with.
const (
	latestWeights = "weights/"
	keptWeights   = "kept/" // the best ones, or those that are left if training diverges
	solverTensor  = "solver/"
	solverNumber  = "solver.number/"
	carriedState  = "carried/"
)

// snapshot returns the training as it is. The same training gives the same file.
func (f *fit[B]) snapshot() (*safetensors.File, error) {
	metadata, err := described(f.model)
	if err != nil {
		return nil, errors.Wrap(err, "train: writing a checkpoint")
	}
	state, err := json.Marshal(f.state)
	if err != nil {
		return nil, errors.Wrap(err, "train: writing a checkpoint")
	}
	metadata[keyCheckpoint], metadata[keyState] = checkpointVersion, string(state)
	file := &safetensors.File{Metadata: metadata}
	for key, note := range f.settings.Checkpoints.Notes {
		file.Metadata[keyNote+key] = note
	}
	for i, p := range f.model.Params() {
		file.Tensors = append(file.Tensors, paramTensor(latestWeights, p, p.Floats()), paramTensor(keptWeights, p, f.best.copies[i]))
	}
	for name, x := range f.carry.state() {
		file.Tensors = append(file.Tensors, safetensors.FromFloat64s(carriedState+name, []int{len(x)}, x))
	}
	return file, f.snapshotSolver(file)
}

func (f *fit[B]) snapshotSolver(file *safetensors.File) error {
	s := f.solver.(optim.Stateful).State()
	file.Metadata[keySolver] = s.Kind
	for name, x := range s.Scalars {
		file.Tensors = append(file.Tensors, safetensors.FromFloat64s(solverNumber+name, nil, []float64{x}))
	}
	for name, x := range s.Tensors {
		switch x := x.(type) {
		case []float32:
			file.Tensors = append(file.Tensors, safetensors.FromFloat32s(solverTensor+name, []int{len(x)}, x))
		case []float64:
			file.Tensors = append(file.Tensors, safetensors.FromFloat64s(solverTensor+name, []int{len(x)}, x))
		default:
			return errors.Errorf("train: %q of the state of solver %s is a %T", name, s.Kind, x)
		}
	}
	return nil
}

// paramTensor returns numbers of a parameter in its own format, which loses nothing.
func paramTensor(prefix string, p *graph.Param, x []float64) safetensors.Tensor {
	rows, cols := p.Shape()
	if p.Dtype() == graph.Float64 {
		return safetensors.FromFloat64s(prefix+p.Name(), []int{rows, cols}, x)
	}
	single := make([]float32, len(x))
	for i, v := range x {
		single[i] = float32(v)
	}
	return safetensors.FromFloat32s(prefix+p.Name(), []int{rows, cols}, single)
}

// restore makes the training the one of the checkpoint.
func (f *fit[B]) restore(c *Checkpoint) error {
	if err := f.fits(c); err != nil {
		return errors.Wrapf(err, "train: continuing from %s", c.path)
	}
	for _, part := range []func(*Checkpoint) error{f.restoreSums, f.restoreWeights, f.restoreSolver, f.restoreCarried} {
		if err := part(c); err != nil {
			return c.unusable(err)
		}
	}
	f.state = c.state
	f.state.Guard.Recent = slices.Clone(c.state.Guard.Recent)
	f.best.kept = c.state.Best != nil
	return nil
}

// fits returns an error if the checkpoint is of another model or of another order of the
// data.
func (f *fit[B]) fits(c *Checkpoint) error {
	if c.state.Seed != f.settings.Seed {
		return errors.Errorf("its seed is %d and that of the settings %d", c.state.Seed, f.settings.Seed)
	}
	return c.Fits(f.model)
}

// restoreSums checks the sums of the state, which restore takes over.
func (f *fit[B]) restoreSums(c *Checkpoint) error {
	if err := c.state.Sums.check(f.model); err != nil || c.state.Best == nil {
		return err
	}
	return c.state.Best.Sums.check(f.model)
}

func (f *fit[B]) restoreWeights(c *Checkpoint) error {
	if err := setParams(f.model.Params(), c.file, keptWeights); err != nil {
		return err
	}
	f.best.remember()
	return setParams(f.model.Params(), c.file, latestWeights)
}

// setParams sets parameters to the tensors of a checkpoint whose names begin
// with the prefix.
func setParams(params []*graph.Param, file *safetensors.File, prefix string) error {
	for _, p := range params {
		name := prefix + p.Name()
		stored, ok := file.Tensor(name)
		if !ok {
			return errors.Errorf("it has no tensor %q", name)
		}
		rows, cols := p.Shape()
		if !slices.Equal(stored.Shape, []int{rows, cols}) {
			return errors.Errorf("tensor %q has shape %v, want (%d, %d)", name, stored.Shape, rows, cols)
		}
		if want := (map[graph.Dtype]safetensors.Dtype{graph.Float32: safetensors.F32, graph.Float64: safetensors.F64})[p.Dtype()]; stored.Dtype != want {
			return errors.Errorf("tensor %q is %s, want %s", name, stored.Dtype, want)
		}
		x, err := floats(stored)
		if err != nil {
			return err
		}
		if err := p.SetFloats(x); err != nil {
			return err
		}
	}
	return nil
}

// floats returns the numbers of a tensor of either format.
func floats(t safetensors.Tensor) ([]float64, error) {
	if t.Dtype == safetensors.F64 {
		return t.Float64s()
	}
	single, err := t.Float32s()
	x := make([]float64, len(single))
	for i, v := range single {
		x[i] = float64(v)
	}
	return x, err
}

func (f *fit[B]) restoreSolver(c *Checkpoint) error {
	if err := optim.Resumable(f.solver); err != nil {
		return err
	}
	s := optim.State{Kind: c.file.Metadata[keySolver], Scalars: map[string]float64{}, Tensors: map[string]any{}}
	for _, t := range c.file.Tensors {
		var err error
		if name, ok := strings.CutPrefix(t.Name, solverNumber); ok {
			s.Scalars[name], err = scalar(t)
		} else if name, ok := strings.CutPrefix(t.Name, solverTensor); ok && t.Dtype == safetensors.F64 {
			s.Tensors[name], err = t.Float64s()
		} else if ok {
			s.Tensors[name], err = t.Float32s()
		}
		if err != nil {
			return err
		}
	}
	return f.solver.(optim.Stateful).SetState(s)
}

// scalar returns the one number of a tensor.
func scalar(t safetensors.Tensor) (float64, error) {
	x, err := t.Float64s()
	if err == nil && len(x) != 1 {
		err = errors.Errorf("tensor %q has %d numbers, want one", t.Name, len(x))
	}
	if err != nil {
		return 0, err
	}
	return x[0], nil
}

func (f *fit[B]) restoreCarried(c *Checkpoint) error {
	for _, t := range c.file.Tensors {
		name, ok := strings.CutPrefix(t.Name, carriedState)
		if !ok {
			continue
		}
		x, err := t.Float64s()
		if err != nil {
			return err
		}
		if f.carry.waiting == nil {
			f.carry.waiting = map[string][]float64{}
		}
		f.carry.waiting[name] = x
	}
	f.carry.missing = f.carry.waiting == nil
	return nil
}
