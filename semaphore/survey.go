package semaphore

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// SurveyType says which answers a survey variable takes. Later servers may add values.
type SurveyType string

// The types of survey variables.
const (
	SurveyText   SurveyType = "" // one line
	SurveyInt    SurveyType = "int"
	SurveyEnum   SurveyType = "enum"
	SurveySecret SurveyType = "secret"
	SurveyLines  SurveyType = "text" // several lines; newer servers
)

// SurveyVar is a variable that a template asks for when it is started.
type SurveyVar struct {
	Name        string     `json:"name"`
	Title       string     `json:"title"`
	Required    bool       `json:"required"`
	Type        SurveyType `json:"type"`
	Description string     `json:"description"`
	// Values are what an enum can be.
	Values []SurveyValue `json:"values"`
	// Default is used when there is no answer; newer servers have it.
	Default string `json:"default_value,omitzero"`
	// Target is "" for an extra variable or "env" for an environment variable; newer servers only.
	Target string `json:"target,omitzero"`
}

// SurveyValue is one value of an enum.
type SurveyValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// answer completes and checks the answers to a survey. The server does neither: it takes a task without a required
// variable, and applies no defaults. All problems come in one error, each an [*ArgumentError].
func answer(vars []SurveyVar, given Variables, secrets map[string]Secret) (Variables, map[string]string, error) {
	answers := Variables{}
	maps.Copy(answers, given)
	hidden := map[string]string{}
	for name, value := range secrets {
		hidden[name] = value.Reveal()
	}
	var problems []error
	for _, v := range vars {
		var err error
		if v.Type == SurveySecret {
			err = v.answerSecret(answers, hidden)
		} else {
			err = v.answer(answers)
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	return answers, hidden, errors.Join(problems...)
}

func (v SurveyVar) answerSecret(answers Variables, hidden map[string]string) error {
	if _, open := answers[v.Name]; open {
		return &ArgumentError{Name: v.Name, Problem: "is secret; put it into SecretVariables"}
	}
	if hidden[v.Name] == "" && v.Required {
		return &ArgumentError{Name: v.Name, Problem: "is required; put it into SecretVariables"}
	}
	return nil
}

func (v SurveyVar) answer(answers Variables) error {
	value, given := answers[v.Name]
	if text, ok := value.(string); !given || value == nil || ok && text == "" {
		if v.Default == "" {
			if v.Required {
				return &ArgumentError{Name: v.Name, Problem: "is required" + v.choices()}
			}
			return nil
		}
		value = v.Default
	}
	switch v.Type {
	case SurveyInt:
		number, ok := integer(value)
		if !ok {
			return &ArgumentError{Name: v.Name, Problem: fmt.Sprintf("must be an integer, not %q", oneLine(fmt.Sprint(value), 40))}
		}
		value = number
	case SurveyEnum:
		text := fmt.Sprint(value)
		if !slices.ContainsFunc(v.Values, func(choice SurveyValue) bool { return choice.Value == text }) {
			return &ArgumentError{Name: v.Name, Problem: fmt.Sprintf("cannot be %q%s", oneLine(text, 40), v.choices())}
		}
	}
	answers[v.Name] = value
	return nil
}

// choices lists the values of an enum for people.
func (v SurveyVar) choices() string {
	if v.Type != SurveyEnum {
		return ""
	}
	const most = 20
	var values []string
	for _, choice := range v.Values {
		values = append(values, strconv.Quote(oneLine(choice.Value, 40)))
	}
	if len(values) > most {
		values = append(values[:most], "…")
	}
	return "; it can be " + strings.Join(values, ", ")
}

// integer gives a number without a fraction in the form in which JSON has it.
func integer(value any) (json.Number, bool) {
	if f, ok := value.(float64); ok {
		if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return "", false
		}
		return json.Number(strconv.FormatFloat(f, 'f', 0, 64)), true
	}
	n, err := strconv.ParseInt(strings.TrimSpace(fmt.Sprint(value)), 10, 64)
	return json.Number(strconv.FormatInt(n, 10)), err == nil
}
