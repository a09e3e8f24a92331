package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/dataset"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/optim"
	"github.com/seed-222a112c/lstm/train/run"
	"github.com/seed-222a112c/lstm/train/schema"
	"github.com/seed-222a112c/lstm/train/task"
)

func (s *settings) groups() []flagGroup {
	return []flagGroup{s.dataGroup(), columnFlags(&s.Columns), forecastFlags(&s.Forecast), s.modelGroup(), s.trainingGroup(), optimizerFlags(&s.Optimization), s.checkpointFlags(), engineFlags(&s.Engine, &s.Workers), s.outputGroup()}
}

func (s *settings) dataGroup() flagGroup {
	g := newFlagGroup("Data")
	g.StringVar(&s.Recipe, "config", "", "a JSON `FILE` of flags and their values, or the name of a recipe, as lstmtrain\nrecipes lists them; flags that are given come first")
	g.Var(oneOf(&s.Task, task.Kinds()...), "task", "what to learn: the next character, the next word, the class of a text\nor series, the tag of each word of a sentence, the next numbers of a series,\nor the keys that sound next in music")
	g.StringArrayVar(&s.Data, "data", s.Data, "a `FILE` to learn from, plain or gzip; repeat the flag for several. Of recordings\nit may be a folder or a pattern such as \"digits/*.wav\". Without it,\nchar learns from Go source text of the toolchain on this machine")
	g.StringVar(&s.Valid, "valid", s.Valid, "a `FILE` for validation")
	g.StringVar(&s.Test, "test", s.Test, "a `FILE` for the test")
	g.Var(textFlag{&s.Split, "X,X,X"}, "split", "shares of --data for training, validation and test. A part that has\na file of its own takes none, and the others' shares grow in proportion")
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
	g.Var(fullOr((*backward)(&s.BPTT)), "bptt", "steps of a batch through which gradients flow back: all of them, or N in\ngraphs of N steps")
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

func (s *settings) checkpointFlags() flagGroup {
	g := newFlagGroup("Saving")
	g.Var(textFlag{&s.CheckpointEvery, "N|TIME"}, "checkpoint-every", "save the whole training after so many batches, as in 200, or so much\ntime, as in 10m, so that resume can continue it; 0 for never")
	g.Var(wholeFrom(1, &s.Keep), "keep", "how many checkpoints to keep, the latest included")
	g.Var(someOf(&s.Log, run.Logs...), "log", "write metrics.csv or TensorBoard's event files beside metrics.jsonl")
	g.Var(wholeFrom(0, &s.SampleEvery), "sample-every", "show a sample of text after each so many batches; 0 for none (char, word)")
	return g
}

// columnFlags are where files hold texts and labels, with further formats.
func columnFlags(c *dataset.Columns, more ...format.Format) flagGroup {
	g := newFlagGroup("Columns of labelled files (classify, tag)")
	g.StringVar(&c.TextColumn, "text-column", "", "`name` of the column or field of texts or words, or its number from 1;\nwithout it the one called text, else 2; of conll 1, of conllu form")
	g.StringVar(&c.LabelColumn, "label-column", "", "`name` of the column or field of labels or tags, or its number from 1;\nwithout it the one called label, else 1; of conll the last, of conllu upos")
	g.Var(textFlag{&c.LabelPattern, "REGEXP"}, "label-pattern", "`REGEXP` whose first group is the label in the name of a recording\n(default \"^([^_]+)_\", what stands before the first underscore), or of a file\nthat holds a text a line")
	g.Var(oneOf(&c.Format, append(slices.Clone(dataset.Formats), more...)...), "format", "format of the files; found out if not given")
	g.Var(oneOf(&c.Encoding, "utf-8", "latin1"), "encoding", "how characters of labelled texts are written (default utf-8)")
	g.BoolVar(&c.Header, "header", false, "the first row holds names; found out if not given")
	return g
}

func optimizerFlags(s *run.Optimization) flagGroup {
	g := newFlagGroup("Optimizer")
	names := optim.Names()
	g.Var(oneOf(&s.Optimizer, names...), "optimizer", fmt.Sprintf("how gradients change weights: %s,\n%s", strings.Join(names[:7], ", "), strings.Join(names[7:], ", ")))
	g.Var(positive(&s.Rate), "lr", "learning rate (default of other optimizers than adam: their own)")
	g.StringVar(&s.Schedule, "schedule", s.Schedule, "how the learning rate `CHANGES`: constant, step, exponential, cosine, plateau,\nnoam, or warmup and another, with settings, such as step:every=2epochs,gamma=0.5\nor warmup:steps=200+cosine (default constant)")
	g.Var(share(&s.Momentum), "momentum", "decay of the velocity (momentum, nesterov; default 0.9)")
	g.Var(notNegative(&s.WeightDecay), "weight-decay", "decay of the weights (default 0.01 for adamw, else 0)")
	g.Var(notNegative(&s.ClipNorm), "clip-norm", "largest global norm of the gradient; 0 for no clipping")
	g.Var(notNegative(&s.ClipValue), "clip-value", "largest magnitude of an element of the gradient; 0 for no clipping")
	g.Var(wholeFrom(0, &s.Accumulate), "accumulate", "gather the gradients of so many batches for one step of the optimizer")
	g.Var(share(&s.Average), "average", "decay of a mean of the weights, which is validated and kept in place of the\nlast weights; 0 for none")
	return g
}

func engineFlags(engine *graph.Engine, workers *int) flagGroup {
	g := newFlagGroup("Computing")
	g.Var(oneOf(engine, graph.Fused, graph.Reference), "engine", "what runs the graphs: rewritten into few fused operations, or as they\nstand by Gorgonia, which is slow and gives the same to rounding")
	g.Var(wholeFrom(1, workers), "workers", "goroutines that share the work of the fused engine (default as many as\nprocessors)")
	return g
}
