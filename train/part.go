package train

import (
	"encoding/json"

	"github.com/seed-222a112c/lstm/train/metrics"
	"github.com/seed-222a112c/lstm/train/task"
)

// A Part is how well a model does on a part of the data.
type Part = task.Part

// tally sums the results of batches. Its JSON is read in two steps, because what the score
// is depends on the task.
type tally struct {
	Loss  metrics.Mean    `json:"loss"`
	Score json.RawMessage `json:"score,omitempty"` // as it was read, until scored
	score task.Score      // nil before the first result
}

func (t *tally) add(r task.Result) {
	t.Loss.Add(r.Loss, r.Weight)
	if t.score == nil {
		t.score = r.Score
		return
	}
	t.score = t.score.Plus(r.Score)
}

// part returns what the sums say of a model.
func (t *tally) part(m *task.Model) Part {
	p := Part{Loss: t.Loss.Value(), Targets: int(t.Loss.Weight())}
	if p.Targets > 0 {
		t.score.Report(m, &p)
	}
	return p
}

// MarshalJSON writes the sums.
func (t tally) MarshalJSON() ([]byte, error) {
	type plain tally
	if t.score != nil {
		var err error
		if t.Score, err = json.Marshal(t.score); err != nil {
			return nil, err
		}
	}
	return json.Marshal(plain(t))
}

// scored reads the score that UnmarshalJSON has left.
func (t *tally) scored(kind task.Task) (err error) {
	if t.Score != nil {
		t.score, err = kind.ReadScore(t.Score)
	}
	return err
}
