package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Tag is the task of a tagger.
const Tag Kind = "tag" // class of each word of a sentence

// A tagger names the class of each token of a sequence.
type tagger struct{ classes }

var _ Task = tagger{}

// Reading says that every step has a tag.
func (tagger) Reading() Reading { return EveryStep }

// Outputs returns C.
func (tagger) Outputs(m schema.Schema) (int, error) {
	if m.Vocabulary == nil || m.Features != nil || m.Labels == nil {
		return 0, errors.Errorf("task: a tagger needs a vocabulary and labels; it is given %s", m)
	}
	if _, ok := m.Vocabulary.ID(schema.Unknown); !ok {
		return 0, errors.Errorf("task: a tagger needs a vocabulary that holds %s", schema.Unknown)
	}
	return m.Labels.Len(), nil
}

// Count counts tags and, where they mark chunks, these.
func (tagger) Count(m *Model, p *graph.Program, batch *data.Batch) train.Counts {
	predicted := p.Argmax("logits", nil)
	counts := confused(m, predicted, batch)
	if !metrics.ChunkScheme(m.Labels.Names()) {
		return counts
	}
	var chunks metrics.Retrieval
	for row, length := range batch.Lengths {
		truth, found := make([]string, length), make([]string, length)
		for t := range length {
			at := t*batch.Rows + row
			truth[t], found[t] = m.Labels.Name(batch.Targets[at]), m.Labels.Name(predicted[at])
		}
		chunks = chunks.Plus(metrics.Chunked(truth, found))
	}
	counts["chunks"] = retrievalCounts(chunks)
	return counts
}

// Counted returns the size of what Count counts.
func (tagger) Counted(m *Model) map[string]int {
	size := confusedSize(m)
	if metrics.ChunkScheme(m.Labels.Names()) {
		size["chunks"] = retrievalSize
	}
	return size
}

// Report fills in the accuracy, and precision, recall and F1: of the chunks, if the tags
// mark chunks, else the means over tags.
func (tagger) Report(m *Model, counts train.Counts, r *train.Metrics) {
	reportAccuracy(m, counts, r)
	if counts["chunks"] == nil {
		reportClasses(m, counts, r)
		return
	}
	chunks := retrieval(counts["chunks"])
	reportRetrieval(r, chunks.F1(), chunks.Precision(), chunks.Recall())
}

// TaggedSequences returns batches of sentences for a model that knows these things, of so many
// rows and at most so many steps. The numbers of the words' tags are nil for prediction.
func TaggedSequences(m schema.Schema, sentences [][]string, tags [][]int, rows, steps int) (*data.Sequences, error) {
	ids := make([][]int, len(sentences))
	for i, words := range sentences {
		ids[i] = m.Vocabulary.EncodeWords(words)
	}
	if m.Affixes == nil {
		return data.NewTagged(ids, tags, rows, steps)
	}
	parts := make([][][]int, len(sentences))
	for i, words := range sentences {
		parts[i] = m.Affixes.Encode(words)
	}
	return data.NewSpelled(ids, parts, tags, rows, steps)
}

// A Tagger names the tags of words with a trained model, for any number of goroutines.
type Tagger struct{ *predictor }

// NewTagger returns a Tagger. The model's parameters must not change while it is in use.
func NewTagger(m *Model, s Serving) (*Tagger, error) {
	p, err := newPredictor(m, Tag, s)
	return &Tagger{p}, err
}

// A TaggedWord is a word's most probable tag.
type TaggedWord struct {
	Tag         string
	Probability float64
}

// Tags returns the tag of each word of each sentence. A sentence that is longer than the
// model's steps is read in pieces.
func (t *Tagger) Tags(sentences [][]string) ([][]TaggedWord, error) {
	found := make([][]TaggedWord, len(sentences))
	for i, words := range sentences {
		found[i] = make([]TaggedWord, len(words))
	}
	source, err := TaggedSequences(t.model.Schema, sentences, nil, t.serving.Rows, t.model.Config.Steps)
	if err != nil {
		return nil, err
	}
	classes := t.model.Labels.Len()
	return found, t.run(source, func(program *graph.Program, batch *data.Batch) {
		all := program.Floats("probabilities")
		for row, length := range batch.Lengths {
			for at := range length {
				i := at*batch.Rows + row
				probabilities := all[i*classes : (i+1)*classes]
				best := metrics.Argmax(probabilities)
				found[batch.Examples[row]][batch.Offsets[row]+at] = TaggedWord{t.model.Labels.Name(best), probabilities[best]}
			}
		}
	})
}
