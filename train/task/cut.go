package task

import "github.com/seed-222a112c/lstm/train/data"

// Cut returns the blocks of a batch, and the parts of its weight that are theirs: a block's loss
// is the mean over its own targets.
func (m *Model) Cut(batch *data.Batch, block int) (parts []*data.Batch, shares []float64) {
	weight := m.Weight(batch)
	for from := 0; from < batch.Steps; from += block {
		part := cut(batch, from, min(from+block, batch.Steps), m.Task().Reading() == LastStep)
		share := 0.0
		for _, w := range part.Weights {
			if w != 0 {
				share += w / weight
			}
		}
		parts, shares = append(parts, part), append(shares, share)
	}
	return parts, shares
}

// cut returns steps of a batch. Batches are time-major, so these are parts of its slices.
// Where the head reads the last step, a row's target counts in the block in which the row
// ends.
func cut(whole *data.Batch, from, to int, last bool) *data.Batch {
	part := *whole
	part.Steps = to - from
	part.Inputs = cutSteps(whole.Inputs, whole.Steps, from, to)
	part.Parts = make([][]int, len(whole.Parts))
	for k, ids := range whole.Parts {
		part.Parts[k] = cutSteps(ids, whole.Steps, from, to)
	}
	part.Numbers = cutSteps(whole.Numbers, whole.Steps, from, to)
	part.Mask = cutSteps(whole.Mask, whole.Steps, from, to)
	part.Lengths = make([]int, whole.Rows)
	if last {
		part.Weights = make([]float64, whole.Rows)
	} else {
		part.Targets = cutSteps(whole.Targets, whole.Steps, from, to)
		part.Values = cutSteps(whole.Values, whole.Steps, from, to)
		part.Weights = cutSteps(whole.Weights, whole.Steps, from, to)
	}
	for row, length := range whole.Lengths {
		part.Lengths[row] = min(max(length-from, 0), to-from)
		if end := max(length, 1); last && from < end && end <= to {
			part.Weights[row] = whole.Weights[row]
		}
	}
	return &part
}

// cutSteps returns the part of x, which has equally many elements a step.
func cutSteps[E any](x []E, steps, from, to int) []E {
	each := len(x) / steps
	return x[from*each : to*each]
}
