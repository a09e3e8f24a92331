// Plot draws what compiletime measured: the time to compile by the number of time steps,
// both on logarithmic axes, so that a time that grows linearly is a line of slope 1, which
// is drawn beside it. It reads CSV and writes SVG, or PNG with -png.
//
// It is a module of its own so that its dependencies stay out of the other programs.
package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"image/color"
	"io"
	"os"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

func main() {
	png := flag.Bool("png", false, "write PNG")
	flag.Parse()
	format := "svg"
	if *png {
		format = "png"
	}
	if err := run(os.Stdin, os.Stdout, format); err != nil {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

// A series is the times of one engine: X is T, Y seconds.
type series struct {
	engine string
	points plotter.XYs
}

func run(in io.Reader, out io.Writer, format string) error {
	all, err := read(in)
	if err != nil {
		return err
	}
	p, err := draw(all)
	if err != nil {
		return err
	}
	w, err := p.WriterTo(16*vg.Centimeter, 11*vg.Centimeter, format)
	if err != nil {
		return err
	}
	_, err = w.WriteTo(out)
	return err
}

// read reads lines of engine, T and seconds below a header.
func read(in io.Reader) ([]series, error) {
	records, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) < 2 {
		return nil, fmt.Errorf("no measurements; want lines of engine,T,seconds below a header")
	}
	var all []series
	for i, r := range records[1:] {
		steps, err1 := strconv.ParseFloat(r[1], 64)
		seconds, err2 := strconv.ParseFloat(r[2], 64)
		if err1 != nil || err2 != nil || !(steps > 0 && seconds > 0) {
			return nil, fmt.Errorf("line %d is %q, want an engine and two numbers above 0", i+2, r)
		}
		if len(all) == 0 || all[len(all)-1].engine != r[0] {
			all = append(all, series{engine: r[0]})
		}
		last := &all[len(all)-1]
		last.points = append(last.points, plotter.XY{X: steps, Y: seconds})
	}
	return all, nil
}

func draw(all []series) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "Building, differentiating and compiling a training step"
	p.X.Label.Text = "T, time steps"
	p.Y.Label.Text = "seconds"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	for i, s := range all {
		line, points, err := plotter.NewLinePoints(s.points)
		if err != nil {
			return nil, err
		}
		line.Color, points.Color = plotutil.Color(i), plotutil.Color(i)
		p.Add(line, points)
		p.Legend.Add(s.engine, line, points)
	}
	return p, addLinear(p, all[0].points)
}

// addLinear draws what a time that is proportional to T would be from the first point on.
func addLinear(p *plot.Plot, points plotter.XYs) error {
	first, last := points[0], points[len(points)-1]
	line, err := plotter.NewLine(plotter.XYs{first, {X: last.X, Y: first.Y * last.X / first.X}})
	if err != nil {
		return err
	}
	line.Color = color.Gray{128}
	line.Dashes = []vg.Length{vg.Points(4), vg.Points(4)}
	p.Add(line)
	p.Legend.Add("proportional to T", line)
	return nil
}
