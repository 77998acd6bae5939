package chatops

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// Bounds of what is taken from a command and from a survey.
const (
	mostSurveyVars  = 50
	mostSurveyBytes = 50_000
	mostListed      = 100
)

// bounded is a survey as it is kept with a request: what is only shown is cut to what is shown of it, and the default of a
// secret is not kept.
func bounded(vars []semaphore.SurveyVar) []semaphore.SurveyVar {
	kept := slices.Clone(vars[:min(len(vars), mostSurveyVars)])
	for i := range kept {
		v := &kept[i]
		v.Title, v.Description = clean(v.Title, maxName), clean(v.Description, longestReason)
		if v.Type == semaphore.SurveySecret {
			v.Default = ""
		}
	}
	return kept
}

// oversized says whether a survey is beyond what is kept.
func oversized(vars []semaphore.SurveyVar) bool {
	size := 0
	for _, v := range vars {
		size += len(v.Name) + len(v.Default)
		for _, choice := range v.Values {
			size += len(choice.Name) + len(choice.Value)
		}
	}
	return len(vars) > mostSurveyVars || size > mostSurveyBytes
}

// filling makes a request of the words and flags of a command.
type filling struct {
	*request
	*call

	role     Role
	template semaphore.Template
}

// room is the room by which the policy judges.
func (f filling) room() RoomID { return f.policy.place(f.in) }

// fill takes what is to be run from the flags; what is wrong is a refusal.
func (f filling) fill(arguments []string) error {
	s, t := &f.Start, f.template
	if oversized(t.SurveyVars) {
		return refusedf("survey too long", "The template asks for more than I can ask for here. Please start it in Semaphore.")
	}
	s.DryRun, s.Debug = f.values.Bool("dry-run"), f.values.Bool("debug")
	for _, list := range []struct {
		name string
		into *[]string
	}{{"limit", &s.Limit}, {"tags", &s.Tags}, {"skip-tags", &s.SkipTags}} {
		if !isAnsible(t.App) && f.values.Has(list.name) {
			return refusedf("not for the app", "--%s is for Ansible, and this template runs %s.", list.name, clean(string(t.App), 40))
		}
		values, problem := entries(f.values.Texts(list.name))
		if problem != "" {
			return refusedf("bad "+list.name, "--%s %s.", list.name, problem)
		}
		*list.into = values
	}
	for _, name := range []string{"dry-run", "debug"} {
		if f.values.Bool(name) && !isAnsible(t.App) {
			return refusedf("not for the app", "--%s is for Ansible, and this template runs %s.", name, clean(string(t.App), 40))
		}
	}
	if s.Branch = f.values.Text("branch"); s.Branch != "" {
		if problem := branchProblem(s.Branch); problem != "" {
			return refusedf("bad branch", "--branch %s.", problem)
		}
	}
	s.Message = orElse(f.values.Text("message"), f.signature())
	if problem := shownProblem(s.Message, false); problem != "" {
		return refusedf("bad message", "--message %s.", problem)
	}
	if mark := templating(s.Message); mark != "" { // Playbooks are told the message.
		return refusedf("bad message", "--message must not contain %s: Ansible would carry out what follows.", mark)
	}
	if err := f.fillArguments(arguments); err != nil {
		return err
	}
	return f.fillVariables()
}

// signature is the message of a task for which nobody wrote one.
func (f filling) signature() string {
	id := clean(string(f.By), maxName)
	if templating(f.ByName) != "" {
		return "asked for by " + id
	}
	return fmt.Sprintf("asked for by %s (%s)", f.ByName, id)
}

// entries takes lists with commas apart. problem completes "--limit …".
func entries(texts []string) (values []string, problem string) {
	for _, text := range texts {
		for value := range strings.SplitSeq(text, ",") {
			value = strings.TrimSpace(value)
			switch {
			case value == "":
				return nil, "has an entry that is empty"
			case strings.HasPrefix(value, "-"):
				return nil, "has the entry " + commandline.Show(value) + ", which looks like a flag"
			}
			if problem := shownProblem(value, false); problem != "" {
				return nil, problem
			}
			if ansibleValueProblem(value) != "" {
				return nil, "has the entry " + commandline.Show(value) + ", which would read a file or be carried out"
			}
			values = append(values, value)
		}
	}
	if len(values) > mostListed {
		return nil, fmt.Sprintf("has %d entries, and the limit is %d", len(values), mostListed)
	}
	return values, ""
}

// branchProblem completes "--branch …" where a name could be something else to git.
func branchProblem(name string) string {
	if problem := shownProblem(name, false); problem != "" {
		return problem
	}
	if strings.HasPrefix(name, "-") || strings.Contains(name, "..") || strings.Contains(name, "{") || strings.Contains(name, "//") ||
		strings.ContainsAny(name, " \t~^:?*[\\") || strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".lock") || len(name) > 250 {
		return "is no name of a branch: " + commandline.Show(name)
	}
	return ""
}

// fillArguments takes the raw arguments.
func (f filling) fillArguments(arguments []string) error {
	if f.values.Has("args") {
		words, err := commandline.Split(f.values.Text("args"))
		if err != nil {
			return refusedf("bad arguments", "--args: %s.", err)
		}
		arguments = append(arguments, words...)
	}
	if len(arguments) == 0 {
		return nil
	}
	if len(arguments) > mostListed {
		return refusedf("too many arguments", "These are %d arguments, and the limit is %d.", len(arguments), mostListed)
	}
	for _, word := range arguments {
		if problem := shownProblem(word, false); problem != "" {
			return refusedf("bad arguments", "The argument %s %s.", commandline.Show(word), problem)
		}
	}
	if problem := f.policy.argumentsProblem(f.Target, f.App, f.room(), f.role, arguments); problem != "" {
		return &refusal{notice: sentence(sentenceOf(problem)), decision: DecisionDenied, reason: "arguments are not let through"}
	}
	if !f.template.AllowOverrideArguments {
		return refusedf("template takes no arguments", "The template takes no arguments: Semaphore would ignore them. Its setting “Allow CLI args in Task” changes that.")
	}
	f.Start.Arguments = arguments
	return nil
}

// possible refuses a request that could never come to its task.
func (r request) possible(room RoomID) error {
	if r.Needed > 0 && room == "" {
		return refusedf("approvals are asked for in rooms", "Running %s takes the approval of %s, so please ask for it in a room where they read along.", targetName(r.Target), people(r.Needed))
	}
	return nil
}

// ended is a text with a full stop, unless it has an end.
func ended(text string) string {
	if strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}
