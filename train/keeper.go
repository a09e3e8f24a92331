package train

import "github.com/seed-222a112c/lstm/train/task"

// rememberEvery is the number of steps between copies of the weights in memory, which
// are what is left if training diverges before the first validation.
const rememberEvery = 50

// A keeper holds a copy of the best weights, in memory and in a file.
type keeper struct {
	model  *task.Model
	path   string
	copies [][]float64
	kept   bool // the copies are of the best model so far
}

// stepped remembers the weights now and then until a first model is kept.
func (k *keeper) stepped(step int, good bool) {
	if !k.kept && good && step%rememberEvery == 0 {
		k.remember()
	}
}

// remember copies the weights.
func (k *keeper) remember() { k.copies = weightsOf(k.model) }

// keep copies the weights and writes the model's file.
func (k *keeper) keep() error {
	k.remember()
	k.kept = true
	return k.write()
}

func (k *keeper) write() error {
	if k.path == "" {
		return nil
	}
	return Save(k.path, k.model)
}

// rewrite writes the model's file with the copied weights.
func (k *keeper) rewrite() error {
	latest := weightsOf(k.model)
	k.restore()
	err := k.write()
	setWeights(k.model, latest)
	return err
}

// restore puts the copied weights back.
func (k *keeper) restore() { setWeights(k.model, k.copies) }

// weightsOf returns copies of a model's parameters.
func weightsOf(m *task.Model) [][]float64 {
	var copies [][]float64
	for _, p := range m.Params() {
		copies = append(copies, p.Floats())
	}
	return copies
}

// setWeights puts copies that weightsOf returned into the same model.
func setWeights(m *task.Model, copies [][]float64) {
	for i, p := range m.Params() {
		if err := p.SetFloats(copies[i]); err != nil {
			panic(err) // a parameter does not change its size
		}
	}
}
