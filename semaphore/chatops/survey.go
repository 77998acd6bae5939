package chatops

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// longestValue is the most runes that a value of a request has. It is shown as a whole before it is run.
const longestValue = 1000

// shownProblem says why a text could not be shown as it is; "" where it can. What is confirmed has to be what is run.
func shownProblem(text string, lines bool) string {
	if n := utf8.RuneCountInString(text); n > longestValue {
		return fmt.Sprintf("has %d characters, and the limit is %d", n, longestValue)
	}
	if !utf8.ValidString(text) {
		return "is not text"
	}
	for _, r := range text {
		if (r != '\n' || !lines) && unseen(r) {
			return fmt.Sprintf("contains the character %U, which nobody would see", r)
		}
	}
	return ""
}

// surveyValue reads the answer to a survey variable, for a template that runs app. problem completes "NAME …".
func surveyValue(v semaphore.SurveyVar, app semaphore.AppID, text string) (value any, problem string) {
	if problem := shownProblem(text, v.Type == semaphore.SurveyLines); problem != "" {
		return nil, problem
	}
	switch v.Type {
	case semaphore.SurveyInt:
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			return nil, "is a whole number, not " + commandline.Show(text)
		}
		return json.Number(strconv.FormatInt(n, 10)), ""
	case semaphore.SurveyEnum:
		return enumValue(v, text)
	case semaphore.SurveyText, semaphore.SurveyLines, semaphore.SurveySecret:
	}
	if mark := templating(text); mark != "" && isAnsible(app) && v.Type != semaphore.SurveySecret {
		return nil, "must not contain " + mark + ": Ansible would carry out what follows"
	}
	return text, ""
}

// enumValue finds the value of an enum by itself or by what people are shown for it.
func enumValue(v semaphore.SurveyVar, text string) (value any, problem string) {
	text = strings.TrimSpace(text)
	for _, choice := range v.Values {
		if choice.Value == text {
			return choice.Value, ""
		}
	}
	var written []string
	for _, choice := range v.Values {
		if strings.EqualFold(choice.Value, text) || strings.EqualFold(choice.Name, text) {
			return choice.Value, ""
		}
		written = append(written, choice.Value)
	}
	if near := commandline.Suggest(text, written); near != "" {
		return nil, fmt.Sprintf("cannot be %s; did you mean %s?", commandline.Show(text), clean(near, maxName))
	}
	return nil, fmt.Sprintf("cannot be %s; it is one of %s", commandline.Show(text), choices(v))
}

// choices lists what an enum can be.
func choices(v semaphore.SurveyVar) string {
	const most = 20
	var shown []string
	for _, choice := range v.Values[:min(most, len(v.Values))] {
		shown = append(shown, clean(choice.Value, 60))
	}
	list := strings.Join(shown, ", ")
	if more := len(v.Values) - most; more > 0 {
		list += fmt.Sprintf(", … and %d more", more)
	}
	return list
}

// surveyVar finds a variable of a survey.
func surveyVar(vars []semaphore.SurveyVar, name string) (semaphore.SurveyVar, bool) {
	i := slices.IndexFunc(vars, func(v semaphore.SurveyVar) bool { return v.Name == name })
	if i < 0 {
		return semaphore.SurveyVar{}, false
	}
	return vars[i], true
}

// complete fills the defaults of a survey into the variables, and returns the names of those that have to be asked for:
// what is required or wanted, the open ones first, in the order of the template.
func complete(
	vars []semaphore.SurveyVar, app semaphore.AppID, given semaphore.Variables, wanted []string,
) (missing, secrets []string, problem string) {
	for _, v := range vars {
		ask := v.Required || slices.Contains(wanted, v.Name)
		if v.Type == semaphore.SurveySecret {
			if ask {
				secrets = append(secrets, v.Name)
			}
			continue
		}
		if _, ok := given[v.Name]; ok {
			continue
		}
		switch {
		case ask:
			missing = append(missing, v.Name)
		case v.Default != "":
			value, problem := surveyValue(v, app, v.Default)
			if problem != "" {
				return nil, nil, fmt.Sprintf("the template's default of %s %s", clean(v.Name, maxName), problem)
			}
			given[v.Name] = value
		}
	}
	slices.Sort(secrets)
	return append(missing, secrets...), secrets, ""
}
