package chatops

import (
	"fmt"
	"maps"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// value is the decision on the answer to the question for a survey variable.
func (e *Engine) value(in Incoming, id, text string) decision {
	return func(tx Tx) (changes, error) {
		r, found, err := load[request](tx, requestKey(id))
		switch {
		case err != nil:
			return changes{}, err
		case !found || r.State != Prompting || r.By != in.From || len(r.Missing) == 0 || r.awaitsSecret() && !in.Direct:
			return changes{}, refusedf("nothing is asked", "That came too late: nothing is asked any more.")
		case !e.Now().Before(r.Expires):
			return expired(r, e.Now()), nil
		}
		word := strings.ToLower(strings.TrimSpace(text))
		if word == "cancel" || bareEmoji(word) == "❌" {
			v := voting{tx: tx, in: in, policy: e.policy.Load(), now: e.Now(), request: r}
			return v.no(true, v.role())
		}
		if !r.sealedAs(in, e.policy.Load()) {
			r := refusedf("not encrypted", "This came unencrypted, so I do not take it for a value. Please answer where messages are encrypted.")
			r.decision = DecisionDenied
			return changes{}, r
		}
		return e.take(r, text)
	}
}

// take takes a value, and asks for the next or whether to run.
func (e *Engine) take(r request, text string) (changes, error) {
	v, _ := surveyVar(r.Survey, r.Missing[0])
	secret := v.Type == semaphore.SurveySecret
	if !secret && text != "" {
		text = unquoted(text)
		if text == "-" {
			if v.Default == "" {
				return changes{}, refusedf("bad value", "%s has no default. Please give a value.", clean(v.Name, maxName))
			}
			text = v.Default
		}
	}
	if text == "" {
		return changes{}, refusedf("bad value", "%s needs a value.", clean(v.Name, maxName))
	}
	value, problem := surveyValue(v, r.App, text)
	if problem != "" {
		return changes{}, refusedf("bad value", "%s %s Please answer again.", clean(v.Name, maxName), ended(problem))
	}
	told := []Span{plain("is set.")}
	if secret {
		// It is the one thing that is not stored. Should the transaction be made again, so is this.
		e.secrets.keep(r.ID, v.Name, semaphore.NewSecret(text))
	} else {
		variables := semaphore.Variables{}
		maps.Copy(variables, r.Start.Variables)
		variables[v.Name] = value
		r.Start.Variables = variables
		told = []Span{plain("is "), code(clean(fmt.Sprint(value), 200)), plain(".")}
	}
	var c changes
	c.closeAsk(r, "answered", say(append([]Span{bold(clean(orElse(v.Title, v.Name), maxName)), plain(" ")}, told...)...))
	r.Missing = r.Missing[1:]
	if len(r.Missing) == 0 && !e.Chat.Fits(r.asks(plain(strings.Repeat("x", 1000)))) {
		r.State, r.Reason = Failed, "too long to be shown"
		c.closeAsk(r, string(Failed), sentence("What would be run is too long for one message, so nobody could say yes to it, and it is not run."))
		c.keep(r)
		c.note(r.audited(DecisionRefused, r.Reason))
		return c, nil
	}
	c.proceed(&r, e.policy.Load(), e.Now())
	c.note(r.audited(DecisionAsked, "value of "+clean(v.Name, 40)))
	return c, nil
}

// unquoted takes the quotes off a value that is a quotation as a whole.
func unquoted(text string) string {
	words, err := commandline.Split(text)
	if err == nil && len(words) == 1 && strings.ContainsAny(text[:1], `"'`) {
		return words[0]
	}
	return text
}
