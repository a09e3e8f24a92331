package train

import "github.com/pkg/errors"

// A state is how far a training has come. Together with the numbers that a Checkpoint
// holds by the thousand, it is all that changes from action to action: a training that is
// given the state of another continues it to the same bits.
//
// Random numbers are not part of it, for every generator is made anew from the seed and
// from a count that is here.
type state struct {
	Seed  uint64 `json:"seed"`
	Epoch int    `json:"epoch"` // under way, from 0; with Seed it gives the order of the data
	Batch int    `json:"batch"` // the epoch's next one
	Step  int    `json:"step"`  // taken, over all epochs

	Sums  tally `json:"sums"`  // of the epoch's batches so far
	Guard guard `json:"guard"` // of the loss

	Validated int   `json:"validated"`      // the step after which the last validation was
	Best      *best `json:"best,omitempty"` // nil before the first validation
	Stale     int   `json:"stale"`          // validations since the best one
}

// best is the best validation so far.
type best struct {
	Step int   `json:"step"` // after which it was
	Sums tally `json:"sums"`
}

// check returns an error if it is not a state that a training can have.
func (s *state) check() error {
	for name, n := range map[string]int{"epoch": s.Epoch, "batch": s.Batch, "step": s.Step, "validated": s.Validated, "stale": s.Stale} {
		if n < 0 {
			return errors.Errorf("train: %s of the state is %d, want it not to be negative", name, n)
		}
	}
	if s.Validated > s.Step {
		return errors.Errorf("train: a state of step %d that was validated after step %d", s.Step, s.Validated)
	}
	if len(s.Guard.Recent) > guardWindow {
		return errors.Errorf("train: a state with the losses of %d steps, want at most %d", len(s.Guard.Recent), guardWindow)
	}
	return nil
}

// counted returns an error if the sums, which may come from a checkpoint, are not those of a model
// that counts this.
func (s *state) counted(counts Counts) error {
	if err := s.Sums.fits(counts); err != nil || s.Best == nil {
		return err
	}
	return s.Best.Sums.fits(counts)
}
