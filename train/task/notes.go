package task

import (
	"slices"
	"strconv"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/data"
	"github.com/seed-222a112c/lstm/train/format"
	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/schema"
)

// Notes is the task of a model of polyphonic music.
const Notes Kind = "notes" // the keys that sound in the next step of a piece

// A composer predicts, after each step of a piece, which keys of a piano sound next
// (Boulanger-Lewandowski, Bengio and Vincent 2012). It thinks of the keys as independent,
// given what sounded before.
type composer struct{ sets }

var _ Task = composer{}

// Reading says that every step has a next one.
func (composer) Reading() Reading { return EveryStep }

// Outputs returns the number of keys.
func (composer) Outputs(m schema.Schema) (int, error) {
	if m.Features == nil || m.Features.Len() != format.Keys || m.Vocabulary != nil || m.Labels != nil || m.Horizon != nil || m.Affixes != nil {
		return 0, errors.Errorf("task: a model of notes needs features, one for each of %d keys; it is given %s", format.Keys, m)
	}
	return format.Keys, nil
}

// Count counts keys.
func (composer) Count(_ *Model, p *graph.Program, batch *data.Batch) train.Counts {
	return train.Counts{"keys": retrievalCounts(retrieved(p.Floats("logits"), batch))}
}

// retrieved counts the labels of sets whose odds are above even.
func retrieved(logits []float64, batch *data.Batch) metrics.Retrieval {
	var r metrics.Retrieval
	width := len(logits) / len(batch.Weights)
	for i, logit := range logits {
		if batch.Weights[i/width] == 0 {
			continue
		}
		there, found := batch.Values[i] > 0, logit > 0
		if there {
			r.True++
		}
		if found {
			r.Found++
		}
		if there && found {
			r.Correct++
		}
	}
	return r
}

// Counted returns the size of what Count counts.
func (composer) Counted(*Model) map[string]int { return map[string]int{"keys": retrievalSize} }

// Report fills in the negative log-likelihood of a step, which is the loss, and precision,
// recall and F1 over all keys.
func (composer) Report(_ *Model, counts train.Counts, r *train.Metrics) {
	keys := retrieval(counts["keys"])
	reportRetrieval(r, keys.F1(), keys.Precision(), keys.Recall())
	r.Add("nll", r.Loss)
}

// NoteFeatures returns the features of a model of notes: the keys as they are.
func NoteFeatures() *schema.Features {
	f := &schema.Features{Mean: make([]float64, format.Keys), Deviation: slices.Repeat([]float64{1}, format.Keys)}
	for key := format.LowestKey; key <= format.HighestKey; key++ {
		f.Names = append(f.Names, strconv.Itoa(key))
	}
	return f
}

// A Composer continues pieces with a trained model, for any number of goroutines.
type Composer struct{ *predictor }

// NewComposer returns a Composer. The model's parameters must not change while it is in use.
func NewComposer(m *Model, s Serving) (*Composer, error) {
	p, err := newPredictor(m, Notes, s)
	return &Composer{p}, err
}

// Next returns, for each piece, the probability of every key, from format.LowestKey on, to
// sound after its last step.
func (c *Composer) Next(pieces []format.Roll) ([][]float64, error) {
	source, err := data.NewRollEnds(pieces, c.serving.Rows, c.model.Config.Steps)
	if err != nil {
		return nil, err
	}
	next := make([][]float64, len(pieces))
	return next, c.run(source, func(program *graph.Program, batch *data.Batch) {
		all := program.Floats("probabilities")
		for row, piece := range batch.Examples {
			if piece >= 0 {
				// A piece without steps has the output of its first, masked, one.
				at := max(batch.Lengths[row]-1, 0)*batch.Rows + row
				next[piece] = all[at*format.Keys : (at+1)*format.Keys]
			}
		}
	})
}
