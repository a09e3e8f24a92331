package train_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/seed-222a112c/lstm/train"
)

// Metrics as JSON, by hand: in their order, groups as objects, and back again. What is no number
// is left out when they are read. Would catch a group that is not closed, and an order that is
// lost.
func TestMetricsAsJSON(t *testing.T) {
	m := train.Metrics{Loss: 0.5, Targets: 3}
	m.Add("mae", 1)
	m.Add("naive/mae", 2)
	m.Add("naive/rmse", 2.5)
	m.Add("seasonal/mae", 3)
	const want = `{"loss":0.5,"mae":1,"naive":{"mae":2,"rmse":2.5},"seasonal":{"mae":3},"targets":3}`
	text, err := json.Marshal(m)
	if err != nil || string(text) != want {
		t.Errorf("%s, want %s; %v", text, want, err)
	}
	var back train.Metrics
	if err := json.Unmarshal([]byte(`{"kind":"step","loss":0.5,"mae":1,"best":true,"f1":null,"naive":{"mae":2,"rmse":2.5},"classes":[1],"seasonal":{"mae":3},"targets":3}`), &back); err != nil || !reflect.DeepEqual(back, m) {
		t.Errorf("%+v, want %+v; %v", back, m, err)
	}
	joined, err := train.JoinJSON(struct {
		Text string `json:"text"`
	}{"<b>"}, struct{}{}, train.Metrics{Targets: 1}, map[string]int{"z": 1})
	if want := `{"text":"<b>","loss":0,"targets":1,"z":1}`; err != nil || string(joined) != want {
		t.Errorf("%s, want %s; %v", joined, want, err)
	}
	if _, err := train.JoinJSON([]int{1}); err == nil {
		t.Error("a list is taken for an object")
	}
	for _, bad := range []string{`[1]`, `{"loss":"much"}`, `{"naive":{"mae":1}`} {
		if json.Unmarshal([]byte(bad), &back) == nil {
			t.Errorf("%s is taken for metrics", bad)
		}
	}
	if _, err := json.Marshal(train.Metrics{Loss: math.NaN()}); err == nil {
		t.Error("a loss that is not a number is written")
	}
	if got := m.Group("naive"); len(got) != 2 || got[1] != (train.Value{Name: "rmse", Value: 2.5}) || m.Group("none") != nil {
		t.Errorf("the group is %v", got)
	}
	if x, ok := m.Get("naive"); ok || !math.IsNaN(x) || !math.IsNaN(m.Value("f1")) || m.Value("loss") != 0.5 {
		t.Errorf("a measure that there is not is %v", x)
	}
}
