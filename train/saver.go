package train

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph/safetensors"
)

// Checkpoints say where and when a training is saved, so that it can be continued
// wherever it is stopped. One that ends or is interrupted is saved whatever Steps and
// Every are. When it is saved has no influence on what comes of it.
type Checkpoints struct {
	Path  string            // the file of the latest checkpoint; none are written if empty
	Steps int               // save after each so many steps; not by steps if 0
	Every time.Duration     // save when so much time has passed; not by time if 0
	Keep  int               // checkpoints to keep, the latest included; 1 if 0
	Notes map[string]string // what the caller wants to find in the file
}

// older returns the path of an older checkpoint, such as checkpoint-000200.safetensors.
func (c *Checkpoints) older(step int) string {
	stem, extension := c.parts()
	return fmt.Sprintf("%s-%06d%s", stem, step, extension)
}

func (c *Checkpoints) parts() (stem, extension string) {
	extension = filepath.Ext(c.Path)
	return strings.TrimSuffix(c.Path, extension), extension
}

// A saver writes checkpoints.
type saver struct {
	Checkpoints
	take    func() (*safetensors.File, error)
	written int // the step of the file at Path, or -1 if there is none
	last    time.Time
}

func newSaver(c Checkpoints, take func() (*safetensors.File, error)) (saver, error) {
	if c.Steps < 0 || c.Every < 0 || c.Keep < 0 {
		return saver{}, errors.Errorf("train: checkpoints each %d steps or %v, %d of them; want nothing negative", c.Steps, c.Every, c.Keep)
	}
	return saver{Checkpoints: c, take: take, written: -1, last: time.Now()}, nil
}

// turned saves the training, which has come to a step, if it is time to.
func (s *saver) turned(step int) error {
	bySteps := s.Steps > 0 && step%s.Steps == 0
	byTime := s.Every > 0 && time.Since(s.last) >= s.Every
	if step == s.written || !bySteps && !byTime {
		return nil
	}
	return s.save(step)
}

// save writes a checkpoint. At every moment the file at Path is a whole one, the old or
// the new.
func (s *saver) save(step int) error {
	if s.Path == "" {
		return nil
	}
	file, err := s.take()
	if err != nil {
		return err
	}
	if err := s.keepOld(step); err != nil {
		return err
	}
	if err := safetensors.WriteFile(s.Path, file); err != nil {
		return errors.Wrapf(err, "train: writing checkpoint %s", s.Path)
	}
	s.written, s.last = step, time.Now()
	return s.prune()
}

// keepOld gives the checkpoint at Path its second name, under which it stays when the
// next one takes its place.
func (s *saver) keepOld(step int) error {
	if s.Keep < 2 || s.written < 0 || s.written == step {
		return nil
	}
	old := s.older(s.written)
	if err := os.Remove(old); err != nil && !os.IsNotExist(err) {
		return errors.Wrap(err, "train: keeping a checkpoint")
	}
	if os.Link(s.Path, old) == nil {
		return nil
	}
	// A file system without links.
	file, err := safetensors.ReadFile(s.Path)
	if err == nil {
		err = safetensors.WriteFile(old, file)
	}
	return errors.Wrapf(err, "train: keeping checkpoint %s", old)
}

// prune removes the oldest of the checkpoints before the latest one. Those after it are
// of a training that went another way from here.
func (s *saver) prune() error {
	steps, err := s.olderSteps()
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(step int) bool { return step >= s.written })
	for len(steps) > max(s.Keep, 1)-1 {
		if err := os.Remove(s.older(steps[0])); err != nil {
			return errors.Wrap(err, "train: removing an old checkpoint")
		}
		steps = steps[1:]
	}
	return nil
}

// olderSteps returns the steps of the older checkpoints that there are, in order.
func (s *saver) olderSteps() ([]int, error) {
	entries, err := os.ReadDir(filepath.Dir(s.Path))
	if err != nil {
		return nil, errors.Wrap(err, "train: looking for old checkpoints")
	}
	stem, extension := s.parts()
	var steps []int
	for _, e := range entries {
		number, ours := strings.CutPrefix(e.Name(), filepath.Base(stem)+"-")
		number, isFile := strings.CutSuffix(number, extension)
		if step, err := strconv.Atoi(number); ours && isFile && err == nil && filepath.Base(s.older(step)) == e.Name() {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	return steps, nil
}
