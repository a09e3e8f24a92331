package benchmarks

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph"
)

// BothEngines measures the engines side by side.
const BothEngines graph.Engine = "both"

// A Plan is what is measured of workloads.
type Plan struct {
	Mode   Mode         // of workloads that have it
	Engine graph.Engine // or BothEngines
	Config Config       // of the fused engine
	Peer   string       // a program to compare with; none if empty
}

// Workloads returns the workloads that are measured if none is named: those of the mode, if one
// is given, that the peer can run. If it can run none they all stay, for PeerHas to say why.
func (p *Plan) Workloads(modeGiven bool) []Workload {
	all := Workloads(Forward)
	if modeGiven {
		all = Workloads(p.Mode)
	}
	if p.Peer == "" {
		return all
	}
	had := slices.DeleteFunc(slices.Clone(all), func(w Workload) bool { return p.PeerHas(w) != nil })
	if len(had) == 0 {
		return all
	}
	return had
}

// PeerHas returns an error if the peer cannot run a workload.
func (p *Plan) PeerHas(w Workload) error {
	return PeerHas(p.Peer, Config{Cell: p.Config.Cell, Mode: p.ModeOf(w)})
}

// ModeOf returns the mode in which a workload is run.
func (p *Plan) ModeOf(w Workload) Mode {
	if w.Has(p.Mode) {
		return p.Mode
	}
	return Forward
}

// Configs returns what is compared.
func (p *Plan) Configs(w Workload) []Config {
	fused := p.Config
	fused.Mode, fused.Engine = p.ModeOf(w), graph.Fused
	reference := Config{Mode: fused.Mode, Engine: graph.Reference, Cell: fused.Cell}
	switch p.Engine {
	case graph.Fused:
		return []Config{fused}
	case graph.Reference:
		return []Config{reference}
	}
	return []Config{fused, reference}
}
