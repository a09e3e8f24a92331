package task

import (
	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/metrics"
)

// Tag is the task of a tagger.
const Tag Kind = "tag" // class of each word of a sentence

// A tagger names the class of each token of a sequence.
type tagger struct{ classes }

var _ Task = tagger{}

// Reading says that every step has a tag.
func (tagger) Reading() Reading { return EveryStep }

// Outputs returns C.
func (tagger) Outputs(m Meaning) (int, error) {
	if m.Vocabulary == nil || m.Features != nil || m.Labels == nil {
		return 0, errors.Errorf("task: a tagger needs a vocabulary and labels; it is given %s", m)
	}
	if _, ok := m.Vocabulary.ID(data.Unknown); !ok {
		return 0, errors.Errorf("task: a tagger needs a vocabulary that holds %s", data.Unknown)
	}
	return m.Labels.Len(), nil
}

// Score counts tags and, where they mark chunks, these.
func (tagger) Score(m *Model, p *graph.Program, batch *data.Batch) Score {
	predicted := p.Argmax("logits", nil)
	s := tags{Tags: newConfused(m, predicted, batch)}
	if !metrics.ChunkScheme(m.Labels.Names()) {
		return s
	}
	for row, length := range batch.Lengths {
		truth, found := make([]string, length), make([]string, length)
		for t := range length {
			at := t*batch.Rows + row
			truth[t], found[t] = m.Labels.Name(batch.Targets[at]), m.Labels.Name(predicted[at])
		}
		s.Chunks = s.Chunks.Plus(metrics.Chunked(truth, found))
	}
	return s
}

// ReadScore reads counts of tags and chunks.
func (tagger) ReadScore(text []byte) (Score, error) { return readScore[tags](text) }

// tags are the score of a tagger.
type tags struct {
	Tags   confused          `json:"tags"`
	Chunks metrics.Retrieval `json:"chunks"`
}

// Plus adds the counts.
func (s tags) Plus(other Score) Score {
	o := other.(tags)
	return tags{s.Tags.Plus(o.Tags).(confused), s.Chunks.Plus(o.Chunks)}
}

// Report fills in the accuracy, and precision, recall and F1: of the chunks, if the tags
// mark chunks, else the means over tags.
func (s tags) Report(m *Model, p *Part) {
	s.Tags.Report(m, p)
	if metrics.ChunkScheme(m.Labels.Names()) {
		p.Precision, p.Recall, p.F1 = new(s.Chunks.Precision()), new(s.Chunks.Recall()), new(s.Chunks.F1())
	}
}

// A Tagger names the tags of words with a trained model.
type Tagger struct{ *runner }

// NewTagger returns a Tagger that takes up to rows sentences at a time.
func NewTagger(m *Model, rows int) (*Tagger, error) {
	r, err := newRunner(m, Tag, rows)
	return &Tagger{r}, err
}

// A TaggedWord is a word's most probable tag.
type TaggedWord struct {
	Tag         string
	Probability float64
}

// Tags returns the tag of each word of each sentence. A sentence that is longer than the
// model's steps is read in pieces.
func (t *Tagger) Tags(sentences [][]string) ([][]TaggedWord, error) {
	ids, found := make([][]int, len(sentences)), make([][]TaggedWord, len(sentences))
	for i, words := range sentences {
		ids[i], found[i] = t.model.Vocabulary.EncodeWords(words), make([]TaggedWord, len(words))
	}
	source, err := data.NewTagged(ids, nil, t.rows, t.model.Config.Steps)
	if err != nil {
		return nil, err
	}
	classes := t.model.Labels.Len()
	return found, t.run(source, func(step *Step, batch *data.Batch) {
		all := step.Program.Floats("probabilities")
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
