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

// A checkpointer writes checkpoints.
type checkpointer struct {
	Checkpoints
	take    func() (*safetensors.File, error)
	written int // the step of the file at Path, or -1 if there is none
	last    time.Time
}

func newCheckpointer(c Checkpoints, take func() (*safetensors.File, error)) (checkpointer, error) {
	if c.Steps < 0 || c.Every < 0 || c.Keep < 0 {
		return checkpointer{}, errors.Errorf("train: checkpoints each %d steps or %v, %d of them; want nothing negative", c.Steps, c.Every, c.Keep)
	}
	return checkpointer{Checkpoints: c, take: take, written: -1, last: time.Now()}, nil
}

// acted saves the training, which has come to a step, if it is time to.
func (c *checkpointer) acted(step int) error {
	bySteps := c.Steps > 0 && step%c.Steps == 0
	byTime := c.Every > 0 && time.Since(c.last) >= c.Every
	if step == c.written || !bySteps && !byTime {
		return nil
	}
	return c.save(step)
}

// save writes a checkpoint. At every moment the file at Path is a whole one, the old or
// the new.
func (c *checkpointer) save(step int) error {
	if c.Path == "" {
		return nil
	}
	file, err := c.take()
	if err != nil {
		return err
	}
	if err := c.keepOld(step); err != nil {
		return err
	}
	if err := safetensors.WriteFile(c.Path, file); err != nil {
		return errors.Wrapf(err, "train: writing checkpoint %s", c.Path)
	}
	c.written, c.last = step, time.Now()
	return c.prune()
}

// keepOld gives the checkpoint at Path its second name, under which it stays when the
// next one takes its place.
func (c *checkpointer) keepOld(step int) error {
	if c.Keep < 2 || c.written < 0 || c.written == step {
		return nil
	}
	old := c.older(c.written)
	if err := os.Remove(old); err != nil && !os.IsNotExist(err) {
		return errors.Wrap(err, "train: keeping a checkpoint")
	}
	if os.Link(c.Path, old) == nil {
		return nil
	}
	// A file system without links.
	file, err := safetensors.ReadFile(c.Path)
	if err == nil {
		err = safetensors.WriteFile(old, file)
	}
	return errors.Wrapf(err, "train: keeping checkpoint %s", old)
}

// prune removes the oldest of the checkpoints before the latest one. Those after it are
// of a training that went another way from here.
func (c *checkpointer) prune() error {
	steps, err := c.olderSteps()
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(step int) bool { return step >= c.written })
	for len(steps) > max(c.Keep, 1)-1 {
		if err := os.Remove(c.older(steps[0])); err != nil {
			return errors.Wrap(err, "train: removing an old checkpoint")
		}
		steps = steps[1:]
	}
	return nil
}

// olderSteps returns the steps of the older checkpoints that there are, in order.
func (c *checkpointer) olderSteps() ([]int, error) {
	entries, err := os.ReadDir(filepath.Dir(c.Path))
	if err != nil {
		return nil, errors.Wrap(err, "train: looking for old checkpoints")
	}
	stem, extension := c.parts()
	var steps []int
	for _, e := range entries {
		number, ours := strings.CutPrefix(e.Name(), filepath.Base(stem)+"-")
		number, isFile := strings.CutSuffix(number, extension)
		if step, err := strconv.Atoi(number); ours && isFile && err == nil && filepath.Base(c.older(step)) == e.Name() {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	return steps, nil
}
