package format

import (
	"strconv"
	"strings"
)

// isNumber tells whether a column is given by its number.
func isNumber(column string) bool {
	_, err := strconv.Atoi(column)
	return err == nil
}

// isHeader tells whether the first row holds names: a column is given by its name, the row has usual
// names for both columns, or for one and a label that is nowhere else, or it is like no other: its
// label is nowhere else though all others repeat, and its text is one word.
func (t *exampleTable) isHeader(rows []row) bool {
	o := t.options
	if o.Header || o.TextColumn != "" && !isNumber(o.TextColumn) || o.LabelColumn != "" && !isNumber(o.LabelColumn) {
		return true
	}
	first := rows[0].cells
	text, label := usualName(first, textNames), usualName(first, labelNames)
	switch {
	case o.NoLabel:
		return text >= 0 && len(rows) > 1
	case o.TextColumn == "" && o.LabelColumn == "" && text >= 0 && label >= 0:
		return true
	}
	if len(rows) < 2 {
		return false
	}
	if o.TextColumn == "" || o.LabelColumn == "" {
		if o.LabelColumn == "" && label >= 0 && strings.EqualFold(first[label], "label") || o.TextColumn == "" && text >= 0 && strings.EqualFold(first[text], "text") {
			if c := columnAt(o.LabelColumn, max(label, 0)); t.lonely(rows, c) {
				return true
			}
		}
	}
	const few = 5
	at, textAt := columnAt(o.LabelColumn, max(label, 0)), columnAt(o.TextColumn, 1)
	if text >= 0 && o.TextColumn == "" {
		textAt = text
	}
	if len(rows) < few || at >= len(first) || textAt >= len(first) || at == textAt {
		return false
	}
	word := strings.TrimSpace(first[textAt])
	return t.lonely(rows, at) && othersRepeat(rows[1:], at) && word != "" && !strings.ContainsAny(word, " \t\n.!?")
}

// columnAt returns the index of a column that is given by its number, or the usual one.
func columnAt(given string, usual int) int {
	if n, err := strconv.Atoi(given); err == nil {
		return n - 1
	}
	return usual
}

// lonely tells whether the first row's cell of a column occurs in no other row.
func (t *exampleTable) lonely(rows []row, at int) bool {
	if at >= len(rows[0].cells) {
		return false
	}
	for _, r := range rows[1:] {
		if at < len(r.cells) && cleanLabel(r.cells[at]) == cleanLabel(rows[0].cells[at]) {
			return false
		}
	}
	return true
}

// othersRepeat tells whether every cell of a column occurs in more rows than one.
func othersRepeat(rows []row, at int) bool {
	counts := map[string]int{}
	for _, r := range rows {
		if at < len(r.cells) {
			counts[cleanLabel(r.cells[at])]++
		}
	}
	for _, n := range counts {
		if n == 1 {
			return false
		}
	}
	return len(counts) > 0
}
