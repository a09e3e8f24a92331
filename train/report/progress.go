package report

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/seed-222a112c/lstm/train"
	"github.com/seed-222a112c/lstm/train/metrics"
	"golang.org/x/term"
)

// A Progress shows how a training goes: as a live bar on a terminal, else as a line
// now and then. What it shows are means over the steps since it last did.
type Progress struct {
	out io.Writer
	ProgressSettings
	live   bool
	bar    *progressbar.ProgressBar // nil until the first step, or if not live
	window window
	start  time.Time
	last   time.Time
}

// ProgressSettings say what a Progress shows.
type ProgressSettings struct {
	Targets string   // what targets are, in the plural
	Saved   string   // the file of the best model; none if empty
	Hidden  []string // measures that are not shown
}

// NewProgress returns a Progress that writes to out, which it asks whether it is a terminal.
func NewProgress(out io.Writer, s ProgressSettings) *Progress {
	return &Progress{out: out, ProgressSettings: s, live: IsTerminal(out), start: time.Now()}
}

var _ train.Callback = (*Progress)(nil)

// IsTerminal tells whether a stream is a terminal.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// A window sums what happened since progress was last shown.
type window struct {
	loss     metrics.Mean
	accuracy metrics.Mean
	duration time.Duration
	steps    int
}

func (w *window) add(e train.Event) {
	w.loss.Add(e.Metrics.Loss, float64(e.Metrics.Targets))
	if accuracy, ok := e.Metrics.Get("accuracy"); ok {
		w.accuracy.Add(accuracy, float64(e.Metrics.Targets))
	}
	w.duration += e.Duration
	w.steps++
}

// metrics returns the means, of what the given metrics have.
func (w *window) metrics(like train.Metrics) train.Metrics {
	m := train.Metrics{Loss: w.loss.Value()}
	for name, mean := range map[string]func() float64{
		"perplexity":    func() float64 { return metrics.Perplexity(m.Loss) },
		"bits_per_char": func() float64 { return metrics.BitsPerCharacter(m.Loss) },
		"accuracy":      w.accuracy.Value,
	} {
		if _, ok := like.Get(name); ok {
			m.Add(name, mean())
		}
	}
	return m
}

// Handle shows an event.
func (p *Progress) Handle(e train.Event) error {
	if e.Kind == train.Validated {
		p.validated(e)
		return nil
	}
	p.window.add(e)
	if !p.due(e) {
		return nil
	}
	fields := p.fields(e)
	p.window, p.last = window{}, time.Now()
	if p.live {
		return p.draw(e, fields)
	}
	fmt.Fprintln(p.out, joined(fields))
	return nil
}

// due tells whether it is time to show progress: a line at most every two seconds and
// about two hundred in all.
func (p *Progress) due(e train.Event) bool {
	pause := 100 * time.Millisecond
	if !p.live {
		pause = max(2*time.Second, (time.Since(p.start)+e.Left)/200)
	}
	return e.Step == e.Steps || time.Since(p.last) >= pause
}

// fields returns what a line shows, the most important first and the time left last.
func (p *Progress) fields(e train.Event) []string {
	fields := []string{fmt.Sprintf("epoch %d/%d", e.Epoch, e.Epochs)}
	if !p.live { // the bar counts the steps
		fields = append(fields, fmt.Sprintf("step %d/%d", e.Step, e.Steps))
	}
	fields = append(fields, shown(p.window.metrics(e.Metrics), p.Hidden)...)
	perStep := p.window.duration / time.Duration(p.window.steps)
	speed := p.window.loss.Weight() / p.window.duration.Seconds()
	return append(fields,
		"|g| "+significant(e.GradientNorm),
		fmt.Sprintf("lr %g", e.LearningRate),
		significant(milliseconds(perStep))+" ms/step",
		significant(speed)+" "+p.Targets+"/s",
		"left "+e.Left.Round(time.Second).String(),
	)
}

func (p *Progress) validated(e train.Event) {
	fields := append([]string{fmt.Sprintf("valid  epoch %d/%d  step %d/%d", e.Epoch, e.Epochs, e.Step, e.Steps)}, shown(e.Metrics, p.Hidden)...)
	if e.Best {
		fields = append(fields, "best *")
		if p.Saved != "" {
			fields = append(fields, "saved "+p.Saved)
		}
	}
	if p.bar != nil {
		p.bar.Clear()
	}
	fmt.Fprintln(p.out, joined(fields))
}

// draw shows the bar.
func (p *Progress) draw(e train.Event, fields []string) error {
	if p.bar == nil {
		p.bar = progressbar.NewOptions(e.Steps,
			progressbar.OptionSetWriter(p.out),
			progressbar.OptionSetWidth(barWidth),
			progressbar.OptionShowCount(),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionShowDescriptionAtLineEnd(),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionUseANSICodes(true),
		)
	}
	p.bar.Describe(fitting(fields, p.columns()-barColumns(e.Steps)))
	return p.bar.Set(e.Step)
}

const barWidth = 10

// barColumns returns the columns that the bar takes without its description: percent,
// bar and the count of steps.
func barColumns(steps int) int {
	digits := len(fmt.Sprint(steps))
	return len("100% || (/) ") + barWidth + 2*digits + 1
}

// columns returns the width of the terminal.
func (p *Progress) columns() int {
	if f, ok := p.out.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// fitting joins as many of the first fields as columns hold with the last one, the time
// left. A bar of two lines would leave its first line behind at every step.
func fitting(fields []string, columns int) string {
	last := len(fields) - 1
	for n := last; n > 0; n-- {
		if line := joined(slices.Concat(fields[:n], fields[last:])); len(line) <= columns {
			return line
		}
	}
	return ""
}

// Close takes an unfinished bar away.
func (p *Progress) Close() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
