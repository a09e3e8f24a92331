package task

// Carried returns a copy of the state that the next batch starts from, unless it resets
// it: by name the nodes of the state, each of shape (B, H), row by row. It is nil if the
// task carries none. Either number format fits a float64 exactly.
func (s *Step) Carried() map[string][]float64 {
	if len(s.state) == 0 {
		return nil
	}
	if s.blocks != nil {
		return s.blocks.Start()
	}
	carried := map[string][]float64{}
	for _, name := range s.state {
		carried[name] = s.Program.InputFloats("start/" + name)
	}
	return carried
}

// SetCarried makes the next batch start from a state that a Step of the same model and
// number of rows returned.
func (s *Step) SetCarried(carried map[string][]float64) error {
	if s.blocks != nil {
		return s.blocks.SetStart(carried)
	}
	for _, name := range s.state {
		if err := s.Program.SetFloats("start/"+name, carried[name]); err != nil {
			return err
		}
	}
	return nil
}
