package bptt

// Run computes the loss of a sequence and its gradients.
func (b *Blocks) Run() (loss float64, err error) {
	b.sum.Clear() // of a sequence that failed
	if !b.frozen && b.count > 1 {
		b.freeze()
	}
	if b.fresh {
		if err := b.Reset(); err != nil {
			return 0, err
		}
	}
	if b.exact() {
		loss, err = b.twoPasses()
	} else {
		loss, err = b.onePass()
	}
	if err != nil || !b.sums() {
		return loss, err
	}
	return loss, b.sum.MoveTo(b.last)
}

// sums tells whether the gradients are a sum over blocks.
func (b *Blocks) sums() bool { return b.count > 1 && !b.settings.LossOnly }

// onePass runs the blocks forward, each with its gradients if there are any.
func (b *Blocks) onePass() (loss float64, err error) {
	for k := range b.count {
		nats, err := b.run(k, "loss")
		if err != nil {
			return 0, err
		}
		loss += nats
		next, _, _ := b.of((k + 1) % b.count)
		if err := b.hand(b.last, next); err != nil {
			return 0, err
		}
	}
	return loss, nil
}

// twoPasses runs the blocks forward and then in reverse.
func (b *Blocks) twoPasses() (loss float64, err error) {
	starts, err := b.starts()
	if err != nil {
		return 0, err
	}
	var cotangent, end State // nothing follows the last block
	for k := b.count - 1; k >= 0; k-- {
		p, _, _ := b.of(k)
		if err := b.write(p, startName, starts[k]); err != nil {
			return 0, err
		}
		if err := b.write(p, cotangentName, cotangent); err != nil {
			return 0, err
		}
		nats, err := b.run(k, lossName)
		if err != nil {
			return 0, err
		}
		loss += nats
		cotangent = b.read(p, gradientName)
		if end == nil {
			end = b.read(p, endName)
		}
	}
	return loss, b.write(b.advance, startName, end)
}

// starts returns the states that the blocks start from.
func (b *Blocks) starts() ([]State, error) {
	starts := []State{b.start()}
	for k := range b.count - 1 {
		_, from, to := b.of(k)
		if err := b.recurrence.SetInputs(b.advance, from, to); err != nil {
			return nil, err
		}
		if err := b.advance.Run(); err != nil {
			return nil, err
		}
		if err := b.hand(b.advance, b.advance); err != nil {
			return nil, err
		}
		starts = append(starts, b.start())
	}
	return starts, nil
}

// run runs block k from the state that it has been handed and returns the output that is its loss.
func (b *Blocks) run(k int, output string) (loss float64, err error) {
	p, from, to := b.of(k)
	b.last = p
	if err := b.recurrence.Set(p, from, to); err != nil {
		return 0, err
	}
	if err := p.Run(); err != nil {
		return 0, err
	}
	if b.recurrence.Ran != nil {
		b.recurrence.Ran(p, from, to)
	}
	if b.sums() {
		err = b.sum.Add(p)
	}
	return p.Scalar(output), err
}
