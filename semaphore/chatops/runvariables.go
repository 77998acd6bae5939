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
	missing, secrets, problem := complete(f.Survey, f.App, given)
	if problem != "" {
		return refusedf("bad default", "%s", sentenceOf(problem))
	}
	f.Missing, f.Start.Secrets = missing, secrets
	if len(given) > 0 {
		f.Start.Variables = given
	}
	return nil
}

// variable reads one variable that somebody has given.
func (f filling) variable(name, text string) (any, error) {
	v, asked := surveyVar(f.Survey, name)
	if asked && v.Type == semaphore.SurveySecret {
		return nil, &refusal{
			notice:   say(code(clean(name, maxName)), plain(" is secret. Leave it out: I ask for it in a direct message. What you wrote is in the chat now, so better change that secret.")),
			decision: DecisionRefused, reason: "secret in a command",
		}
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
	var names []string
	for _, v := range f.Survey {
		names = append(names, v.Name)
	}
	if near := commandline.Suggest(name, names); near != "" && f.role < Admin {
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
