package chatops

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// fillVariables takes the variables, and finds out which have to be asked for.
func (f filling) fillVariables() error {
	given := semaphore.Variables{}
	for _, text := range f.values.Texts("var") {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return refusedf("bad variable", "--var takes name=value, and %s has no =.", commandline.Show(text))
		}
		if _, twice := given[name]; twice {
			return refusedf("bad variable", "The variable %s is there twice.", clean(name, maxName))
		}
		read, err := f.variable(name, value)
		if err != nil {
			return err
		}
		given[name] = read
	}
	wanted, err := f.wanted(given)
	if err != nil {
		return err
	}
	missing, secrets, problem := complete(f.Survey, f.App, given, wanted)
	if problem != "" {
		return refusedf("bad default", "%s", sentenceOf(problem))
	}
	f.Missing, f.Start.Secrets = missing, secrets
	if len(given) > 0 {
		f.Start.Variables = given
	}
	return nil
}

// wanted are the variables that are to be asked for although the template can do without them.
func (f filling) wanted(given semaphore.Variables) (names []string, err error) {
	for _, text := range f.values.Texts("ask") {
		for name := range strings.SplitSeq(text, ",") {
			name, _, valued := strings.Cut(strings.TrimSpace(name), "=")
			v, known := surveyVar(f.Survey, name)
			_, twice := given[name]
			switch {
			case valued && v.Type == semaphore.SurveySecret:
				return nil, secretShown(v)
			case valued:
				return nil, refusedf("bad variable", "--ask takes names alone: I ask for the values. --var takes name=value.")
			case twice:
				return nil, refusedf("bad variable", "The variable %s is there twice.", clean(name, maxName))
			case !known:
				says := "The template does not ask for " + commandline.Show(name)
				if near := commandline.Suggest(name, f.variableNames()); near != "" {
					says += ": did you mean " + clean(near, maxName) + "?"
				}
				return nil, refusedf("bad variable", "%s", ended(says))
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// secretShown refuses a secret value that was written into a command.
func secretShown(v semaphore.SurveyVar) *refusal {
	instead := []Span{plain(" is secret. Leave it out: ")}
	if !v.Required {
		instead = []Span{plain(" is secret. Write "), code("--ask " + commandline.Quote(clean(v.Name, maxName))), plain(" instead: ")}
	}
	instead = append(instead, plain("I ask for it in a direct message. What you wrote is in the chat now, so better change that secret."))
	return &refusal{
		notice:   say(append([]Span{code(clean(v.Name, maxName))}, instead...)...),
		decision: DecisionRefused, reason: "secret in a command",
	}
}

// variableNames are those of the survey.
func (f filling) variableNames() []string {
	names := make([]string, len(f.Survey))
	for i, v := range f.Survey {
		names[i] = v.Name
	}
	return names
}

// variable reads one variable that somebody has given.
func (f filling) variable(name, text string) (any, error) {
	v, asked := surveyVar(f.Survey, name)
	if asked && v.Type == semaphore.SurveySecret {
		return nil, secretShown(v)
	}
	if !asked {
		if problem := f.strange(name); problem != "" {
			return nil, &refusal{
				notice: sentence(fmt.Sprintf("The template does not ask for %s: %s.", commandline.Show(name), problem)), decision: DecisionDenied, reason: "variable is not let through",
			}
		}
	}
	value, problem := surveyValue(v, f.App, text)
	if problem != "" {
		return nil, refusedf("bad value", "%s %s", clean(name, maxName), ended(problem))
	}
	return value, nil
}

// strange says why somebody may not set a variable that the template does not ask for.
func (f filling) strange(name string) string {
	if near := commandline.Suggest(name, f.variableNames()); near != "" && f.role < Admin {
		return "did you mean " + clean(near, maxName)
	}
	if problem := variableNameProblem(name); problem != "" {
		return problem
	}
	if f.role < Admin && !slices.Contains(f.policy.allowedFlags(f.Target, f.room()), "-e") {
		return "other variables are for admins, unless the policy lets the argument -e through"
	}
	return ""
}
