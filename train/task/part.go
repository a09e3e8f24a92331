package task

import "github.com/seed-222a112c/lstm/train/metrics"

// A Part is how well a model does on a part of the data. Measures that the task does
// not have are nil.
type Part struct {
	Loss             float64  `json:"loss"` // mean over targets; what it is depends on the task
	Perplexity       *float64 `json:"perplexity,omitempty"`
	BitsPerCharacter *float64 `json:"bits_per_char,omitempty"`
	Accuracy         *float64 `json:"accuracy,omitempty"`  // share of the targets that were most probable
	F1               *float64 `json:"f1,omitempty"`        // of a classifier, the mean of the classes'; of chunks, over all
	Precision        *float64 `json:"precision,omitempty"` // likewise
	Recall           *float64 `json:"recall,omitempty"`
	NLL              *float64 `json:"nll,omitempty"` // of a set of labels, in nats
	ForecastErrors
	ScaledMAE     *float64        `json:"scaled_mae,omitempty"`     // of the values as the model sees them; the loss is their mean squared error
	NaiveForecast *ForecastErrors `json:"naive,omitempty"`          // of repeating the last number
	SeasonalNaive *ForecastErrors `json:"seasonal_naive,omitempty"` // of repeating the last season
	Targets       int             `json:"targets"`                  // number of targets
}

// reportRetrieval fills in precision, recall and F1.
func (p *Part) reportRetrieval(r metrics.Retrieval) {
	p.Precision, p.Recall, p.F1 = new(r.Precision()), new(r.Recall()), new(r.F1())
}

// ForecastErrors are how far forecasts are off, in the units of the data; see
// metrics.Errors. MASE is nil where the training data do not change.
type ForecastErrors struct {
	MAE   *float64 `json:"mae,omitempty"`
	RMSE  *float64 `json:"rmse,omitempty"`
	SMAPE *float64 `json:"smape,omitempty"`
	MASE  *float64 `json:"mase,omitempty"`
}
