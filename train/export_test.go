package train

// SetStep makes the checkpoint that of another step, as if the training were that long.
func (c *Checkpoint) SetStep(n int) { c.state.Step = n }
