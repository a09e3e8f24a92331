package main

import (
	"strings"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
	"github.com/spf13/pflag"
)

// settings are all that train can be told. They are written to config.json.
type settings struct {
	task.Config
	Unit  schema.Unit `json:"unit"`
	Data  []string    `json:"data"` // none for Go source text
	Valid string      `json:"valid,omitempty"`
	Test  string      `json:"test,omitempty"`
	Split shares      `json:"split"`
	columns
	outlook
	Spectrum   string   `json:"spectrum,omitempty"`
	Limit      int      `json:"limit,omitempty"`
	VocabSize  int      `json:"vocab_size,omitempty"`
	MinCount   int      `json:"min_count,omitempty"`
	Affixes    int      `json:"affixes,omitempty"`
	Init       string   `json:"init,omitempty"`
	ForgetBias *float64 `json:"forget_bias,omitempty"`
	Batch      int      `json:"batch"`
	TestBatch  int      `json:"test_batch,omitempty"`
	Epochs     int      `json:"epochs"`
	MaxSteps   int      `json:"max_steps"`
	ValidEvery int      `json:"valid_every"`
	Block      int      `json:"block,omitempty"`
	BPTT       backward `json:"bptt,omitzero"`
	Patience   int      `json:"patience,omitempty"`
	Seed       uint64   `json:"seed"`
	solving
	saving
	computing

	Recipe string `json:"-"`
	Out    string `json:"-"`
	Force  bool   `json:"-"`
	JSON   bool   `json:"-"`
	Quiet  bool   `json:"-"`
}

// What a run without data does, so that it takes about a minute on two cores.
const (
	goSourceBytes      = 1_000_000
	goSourceSteps      = 300
	goSourceValidEvery = 150
	goSourceLayers     = 1
	goSourceBatch      = 25
	goSourceRate       = 0.01
)

func newSettings() *settings {
	return &settings{
		Config:     task.Config{Task: task.Characters, Cell: "lstm", Hidden: 128, Layers: 2, Embed: 64},
		Split:      shares{0.9, 0.05, 0.05},
		VocabSize:  20_000,
		MinCount:   1,
		ForgetBias: new(1.0),
		Batch:      50,
		Epochs:     10,
		Seed:       1,
		solving:    newSolving(),
		saving:     newSaving(),
		computing:  newComputing(),
	}
}

func (s *settings) groups() []flagGroup {
	return []flagGroup{s.dataGroup(), s.columns.group(), s.outlook.group(), s.modelGroup(), s.trainingGroup(), s.solving.group(), s.saving.group(), s.computing.group(), s.outputGroup()}
}

func (s *settings) dataGroup() flagGroup {
	g := newFlagGroup("Data")
	g.StringVar(&s.Recipe, "config", "", "a JSON `FILE` of flags and their values; flags that are given come first")
	g.Var(oneOf(&s.Task, task.Kinds()...), "task", "what to learn: the next character, the next word, the class of a text\nor series, the tag of each word of a sentence, the next numbers of a series,\nor the keys that sound next in music")
	g.StringArrayVar(&s.Data, "data", s.Data, "a `FILE` to learn from, plain or gzip; repeat the flag for several. Of recordings\nit may be a folder or a pattern such as \"digits/*.wav\". Without it,\nchar learns from Go source text of the toolchain on this machine")
	g.StringVar(&s.Valid, "valid", s.Valid, "a `FILE` for validation")
	g.StringVar(&s.Test, "test", s.Test, "a `FILE` for the test")
	g.Var(threeShares(&s.Split), "split", "shares of --data for training, validation and test. A part that has\na file of its own takes none, and the others' shares grow in proportion")
	g.Var(oneOf(&s.Unit, schema.Character, schema.Byte, schema.Word), "unit", "what a token is (default char for char, word for word and classify)")
	g.Var(wholeFrom(2, &s.VocabSize), "vocab-size", "largest vocabulary, special tokens included (word, classify, tag)")
	g.Var(wholeFrom(1, &s.MinCount), "min-count", "least occurrences of a token in the vocabulary (word, classify, tag)")
	g.Var(wholeFrom(0, &s.Affixes), "affixes", "tell words apart also by their small letters, their shape, and their first and\nlast 1 to N letters; 0 for none (tag)")
	g.Var(oneOf(&s.Spectrum, format.Spectra...), "spectrum", "what recordings become: cepstral coefficients or mel energies\n(classify, default mfcc)")
	g.Var(wholeFrom(0, &s.Limit), "limit", "use a random sample of so many examples of --data, or its first rows for\nforecast; 0 uses all (classify, tag, forecast)")
	return g
}

func (s *settings) modelGroup() flagGroup {
	g := newFlagGroup("Model")
	g.Var(oneOf(&s.Cell, cells.Names()...), "cell", "recurrent cell: lstm, peephole, cifg, layernorm, gru, gru-original, rnn, rnn-relu,\nslstm, mlstm, lstm-1997, or one of the variants of Greff et al. (2015)\nnig, nfg, nog, niaf, noaf, fgr")
	g.Var(wholeFrom(1, &s.Hidden), "hidden", "units of each layer")
	g.Var(wholeFrom(1, &s.Layers), "layers", "layers of cells")
	g.Var(wholeFrom(1, &s.Embed), "embed", "width of the embedding")
	g.BoolVar(&s.Bidirectional, "bidirectional", s.Bidirectional, "let each layer read in both directions, with --hidden units each\n(classify, tag, forecast)")
	g.BoolVar(&s.Tie, "tie", s.Tie, "let the last layer share the table of the embedding, which is then as wide as\na layer (char, word)")
	g.Var(oneOf(&s.Pool, task.Pools()...), "pool", "what is read of a whole sequence: the output after the last step, or the mean\nor the maximum over all steps (classify, forecast; default last)")
	g.StringVar(&s.Init, "init", s.Init, "how weights start: `PRESET` is pytorch, keras or chrono:T, which are for gates,\nor zaremba:LIMIT, which draws all of the model from ±LIMIT")
	g.Var(anyNumber(s.ForgetBias), "forget-bias", "bias of the forget gates at first; without it --init decides")
	return g
}

func (s *settings) trainingGroup() flagGroup {
	g := newFlagGroup("Training")
	g.Var(wholeFrom(1, &s.Steps), "steps", "time steps of a batch; of longer texts classify reads the last ones,\nand forecast reads so many rows (default 50 for char, 35 for word, 100 for\nclassify and tag, the longest series for classify and notes, 24 for\nforecast)")
	g.Var(fullOr(&s.BPTT), "bptt", "steps of a batch through which gradients flow back: all of them, or N in\ngraphs of N steps")
	g.Var(wholeFrom(0, &s.Block), "block", "most steps of a graph: longer batches run in blocks, with the same\ngradients in less memory; 0 for 512")
	g.Var(belowOne(&s.Dropout), "dropout", "share of elements that are dropped of the embedding, between layers and before\nthe last layer")
	g.Var(belowOne(&s.RecurrentDropout), "recurrent-dropout", "share of the units of h that gates do not see, the same in all steps of a batch")
	g.Var(belowOne(&s.Zoneout), "zoneout", "share of units that keep h and c of the step before")
	g.Var(wholeFrom(1, &s.Batch), "batch", "rows of a batch")
	g.Var(wholeFrom(1, &s.TestBatch), "test-batch", "rows of a batch of the test part, in so many streams is its text read: with 1,\nas a whole (char, word; default that of --batch)")
	g.Var(wholeFrom(1, &s.Epochs), "epochs", "passes over the data")
	g.Var(wholeFrom(0, &s.MaxSteps), "max-steps", "stop after so many batches; 0 for no limit (default 0, but 300 without\n--data, unless --epochs is given)")
	g.Var(wholeFrom(0, &s.ValidEvery), "valid-every", "batches between validations; 0 for one after each epoch (default 0,\nbut 150 without --data)")
	g.Var(wholeFrom(0, &s.Patience), "patience", "stop after so many validations in a row without a new best; 0 for never")
	g.Uint64Var(&s.Seed, "seed", s.Seed, "seed `N` of all random numbers; the same seed gives the same model, bit for bit")
	return g
}

func (s *settings) outputGroup() flagGroup {
	g := newFlagGroup("Output")
	g.StringVar(&s.Out, "out", "", "the folder `RUN` for config.json, metrics.jsonl, checkpoint.safetensors and\nmodel.safetensors (default run-1, run-2, …, the first that does not exist)")
	g.BoolVar(&s.Force, "force", false, "write over the model in --out")
	g.BoolVar(&s.JSON, "json", false, "print one JSON object on standard output and nothing else")
	g.BoolVar(&s.Quiet, "quiet", false, "no progress and no sample of text")
	return g
}

// complete fills in the defaults that depend on other flags and reports flags that
// contradict each other or cannot apply.
func (s *settings) complete(flags *pflag.FlagSet) error {
	if s.Recipe != "" {
		if err := useRecipe(s.Recipe, flags); err != nil {
			return err
		}
	}
	if s.Tie && !flags.Changed("embed") {
		s.Embed = s.Hidden
	}
	if err := s.check(flags); err != nil {
		return err
	}
	if err := s.solving.complete(flags); err != nil {
		return err
	}
	if err := s.computing.complete(flags); err != nil {
		return err
	}
	if err := s.completeSaving(flags); err != nil {
		return err
	}
	if err := trades[s.Task].complete(s, flags); err != nil {
		return err
	}
	if !cells.HasForgetGate(s.Cell) || s.Init != "" && !flags.Changed("forget-bias") {
		s.ForgetBias = nil
	}
	if len(s.Data) > 0 {
		return nil
	}
	s.useGoSourceDefaults(flags)
	return nil
}

// useGoSourceDefaults makes a run without data one that learns something in a minute.
func (s *settings) useGoSourceDefaults(flags *pflag.FlagSet) {
	given := flags.Changed
	if !given("max-steps") && !given("epochs") {
		s.MaxSteps = goSourceSteps
	}
	if !given("valid-every") && s.validates() {
		s.ValidEvery = goSourceValidEvery
	}
	if !given("layers") {
		s.Layers = goSourceLayers
	}
	if !given("batch") {
		s.Batch = goSourceBatch
	}
	if !given("lr") {
		s.Rate = goSourceRate
	}
}

func (s *settings) check(flags *pflag.FlagSet) error {
	if err := s.checkChanged(flags); err != nil {
		return err
	}
	switch {
	case !cells.HasForgetGate(s.Cell) && flags.Changed("forget-bias"):
		return usagef("--forget-bias does not apply to --cell %s, which has no forget gate", s.Cell)
	case s.Init != "" && cells.CheckPreset(s.Cell, s.Init) != nil:
		return usagef("--init %s does not apply to --cell %s: %v", s.Init, s.Cell, cells.CheckPreset(s.Cell, s.Init))
	case len(s.Data) == 0 && s.Task != task.Characters:
		return usagef("--task %s needs --data FILE; only char has text to learn from without", s.Task)
	case s.BPTT > 0 && flags.Changed("block"):
		return usagef("--block has nothing to do with --bptt %s, which says how long graphs are", s.BPTT)
	case flags.Changed("split") && s.Valid != "" && s.Test != "":
		return usagef("--split has nothing to do where --valid and --test are given: all of --data is for training")
	}
	if err := s.Config.CheckOptions(); err != nil {
		return usagef("--%v", err)
	}
	return checkOut(s.Out, s.Force)
}

// checkChanged reports flags that were given and cannot apply to the task, or without
// validation.
func (s *settings) checkChanged(flags *pflag.FlagSet) error {
	if err := flagsApply(s.Task, flags); err != nil {
		return err
	}
	for _, name := range []string{"valid-every", "patience"} {
		if flags.Changed(name) && !s.validates() {
			return usagef("--%s %s without validation: give --valid FILE or a --split with a second share", name, flags.Lookup(name).Value)
		}
	}
	if flags.Changed("test-batch") && s.Test == "" && s.Split.Test == 0 {
		return usagef("--test-batch %d without a test part: give --test FILE or a --split with a third share", s.TestBatch)
	}
	return nil
}

// checkWhole reports sequences that a model must read in one graph and that are too long for it.
func (s *settings) checkWhole() error {
	most := s.fitting().Compiling(true).Blocks.Steps
	if option := s.Config.Whole(); option != "" && s.Steps > most {
		return usagef("--%s needs a graph of a whole sequence, here of %d steps, and graphs have %d (--block, --bptt): raise --block, or read fewer with --steps", option, s.Steps, most)
	}
	return nil
}

// validates tells whether there is a validation part.
func (s *settings) validates() bool { return s.Valid != "" || s.Split.Valid > 0 }

// fractions returns how to split --data: as told, but for the parts that have a file.
func (s *settings) fractions() data.Fractions {
	f := data.Fractions(s.Split)
	if s.Valid != "" {
		f.Valid = 0
	}
	if s.Test != "" {
		f.Test = 0
	}
	sum := f.Train + f.Valid + f.Test
	return data.Fractions{Train: f.Train / sum, Valid: f.Valid / sum, Test: f.Test / sum}
}

func (s *settings) limits() schema.Limits {
	return schema.Limits{MinCount: s.MinCount, MaxSize: s.VocabSize}
}

// files names the training data in messages.
func (s *settings) files() string { return strings.Join(s.Data, ", ") }
