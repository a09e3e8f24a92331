package inspect_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/format/formattest"
	"github.com/seed-222a112c/lstm/train/inspect"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

// What is in a file is the model's shape, its vocabulary and its tensors, with the count of PyTorch's
// two biases. By hand: 256·2 of the embedding, 4·(2·3+3·3+3) of the cell and as many biases again,
// 3·256+256 of the dense layer. A bias of zeros has no mean and no deviation.
func TestFile(t *testing.T) {
	c := task.Config{Task: task.Characters, Cell: "lstm", Hidden: 3, Layers: 1, Embed: 2, Steps: 4}
	m := formattest.Must(task.NewModel(c, schema.NewByteVocabulary(), nil, rand.New(rand.NewPCG(1, 1))))
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := train.Save(path, m); err != nil {
		t.Fatal(err)
	}
	d, loaded, err := inspect.File(path)
	if err != nil {
		t.Fatal(err)
	}
	const once = 256*2 + 4*(2*3+3*3+3) + 3*256 + 256
	if d.Parameters != once || d.TwoBiases != once+4*3 || d.Vocabulary != 256 || len(d.Symbols) != inspect.ShownSymbols || d.Unit != schema.Byte || !d.Verified || d.Config != loaded.Config {
		t.Errorf("%+v", d)
	}
	i := slices.IndexFunc(d.Tensors, func(t inspect.Tensor) bool { return t.Name == "lstm.bias_hh_l0" })
	if i < 0 || d.Tensors[i].Count != 12 || d.Tensors[i].Mean != 0 || d.Tensors[i].Std != 0 {
		t.Errorf("tensors %+v", d.Tensors)
	}
	p, err := inspect.Compile(loaded, 5)
	if err != nil || p.BatchRows != 5 || p.BatchSteps != 4 || p.NodesAfter >= p.NodesBefore || p.Steps < 1 || p.Report == nil {
		t.Errorf("program %+v, %v", p, err)
	}
	if _, _, err := inspect.File(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no error of no file")
	}
}
