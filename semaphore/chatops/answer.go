package chatops

import (
	"context"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore"
)

// answer looks whether an event answers a question of the bot: a yes or no, a value of a survey, a reaction. handled is
// false where it is something else, such as a command.
//
// What an answer is about is never guessed. A reaction is about the message that it is on, and a text about the question
// that it replies to, in whose thread it is or whose id it names. Only a bare yes or no of somebody who has one open
// question in that place needs none of these; where others read along, and it is not written to the bot, it has to be
// just that word. Whatever else people say changes nothing.
func (e *Engine) answer(ctx context.Context, in Incoming) (decide decision, handled bool, err error) {
	if in.Reaction != "" {
		return e.answerReaction(ctx, in)
	}
	text, addressed := cutAddress(in, e.Prefix)
	yes, id, vote := voteIn(text)
	s, err := e.loadAsked(ctx, in)
	if err != nil || s.about == nil && len(s.open) == 0 && id == "" {
		return nil, false, err
	}
	p, err := e.parse(ctx, in)
	if err != nil {
		return nil, false, err
	}
	_, prefixed := cutPrefix(strings.TrimLeft(in.Text, ":, "), e.Prefix)
	command := p.command != nil && (prefixed || !s.secret(in))
	switch {
	case command && (prefixed || !vote || slices.Contains(voteCommands, voteWord(text))):
		return nil, false, nil
	case s.about != nil && s.takesValue(in, *s.about):
		if s.answered && !vote {
			return nil, true, refusedf("answered already", "That is answered already. Please answer my newest question, or cancel and ask again.")
		}
		if !s.answered {
			return e.value(in, s.about.ID, text), true, nil
		}
		return e.vote(in, s.about.ID, yes), true, nil
	case s.about != nil:
		if vote && (id == "" || id == s.about.ID) {
			return e.vote(in, s.about.ID, yes), true, nil
		}
		return nil, false, nil
	case vote && id != "":
		switch known, err := e.knownRequest(ctx, id); {
		case err != nil:
			return nil, false, err
		case known, addressed && !command && !s.secret(in):
			return e.vote(in, id, yes), true, nil
		case !s.secret(in):
			return nil, false, nil
		}
	case in.ReplyTo != "" && in.Thread == "":
		return nil, false, nil // It answers somebody else.
	case vote && !addressed && !slices.Contains(talkWords, voteWord(text)):
		return nil, false, nil // People say that to each other.
	}
	return e.answerBare(in, s.candidates(in, vote, yes), text, yes)
}

// owesSecret says whether somebody may answer in a direct message who may say nothing else there: he was asked for a secret
// value of a request of his own.
func (e *Engine) owesSecret(ctx context.Context, in Incoming) (owes bool, err error) {
	if !in.Direct || in.Reaction != "" {
		return false, nil
	}
	err = e.Store.View(ctx, func(tx Tx) error {
		open, err := openRequests(tx)
		owes = askedOf{open: open}.secret(in)
		return err
	})
	return owes, err
}

// answerBare decides on an answer that does not say to what.
func (e *Engine) answerBare(in Incoming, about []request, text string, yes bool) (decide decision, handled bool, err error) {
	switch {
	case len(about) == 0:
		return nil, false, nil
	case len(about) > 1:
		return nil, true, severalAsked("yes", about)
	case (in.Direct || in.Mentioned) && about[0].promptedIn(in):
		return e.value(in, about[0].ID, text), true, nil
	}
	return e.vote(in, about[0].ID, yes), true, nil
}

// answerReaction decides on a reaction to a question.
func (e *Engine) answerReaction(ctx context.Context, in Incoming) (decide decision, handled bool, err error) {
	yes, ok := voteBy(in.Reaction)
	if !ok {
		return nil, false, nil
	}
	var q question
	var found bool
	err = e.Store.View(ctx, func(tx Tx) (err error) {
		q, found, err = load[question](tx, questionKey(in.Message))
		return err
	})
	if err != nil || !found {
		return nil, false, err
	}
	return e.vote(in, q.Request, yes), true, nil
}

// askedOf is what an answer could be about.
type askedOf struct {
	about    *request  // What it answers by where it is; nil where that says nothing.
	answered bool      // It answers a question about that which is not the open one.
	open     []request // All that are open.
	unseen   []string  // The ids of those of who answers whose question nobody can have seen.
}

// loadAsked reads what a text could be an answer to.
func (e *Engine) loadAsked(ctx context.Context, in Incoming) (s askedOf, err error) {
	thread := MessageID(in.Thread)
	if e.Chat.Thread(Address{Room: in.Room}, thread, "").Thread != in.Thread {
		thread = "" // A topic, which anybody may name after a message.
	}
	err = e.Store.View(ctx, func(tx Tx) error {
		s = askedOf{}
		for _, message := range []MessageID{in.ReplyTo, thread} {
			if message == "" || s.about != nil {
				continue
			}
			q, found, err := load[question](tx, questionKey(message))
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			r, found, err := load[request](tx, requestKey(q.Request))
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			asks, err := sentAs(tx, r.Ask.Key)
			if err != nil {
				return err
			}
			s.about, s.answered = &r, asks != "" && asks != message
		}
		var err error
		if s.open, err = openRequests(tx); err != nil {
			return err
		}
		for _, r := range s.open {
			if r.By != in.From || r.State != Confirming {
				continue
			}
			shown, err := wasShown(tx, r.Ask.Key)
			if err != nil {
				return err
			}
			if !shown {
				s.unseen = append(s.unseen, r.ID)
			}
		}
		return nil
	})
	return s, err
}

func (e *Engine) knownRequest(ctx context.Context, id string) (known bool, err error) {
	err = e.Store.View(ctx, func(tx Tx) error {
		data, err := tx.Get(requestKey(id))
		known = data != nil
		return err
	})
	return known, err
}

// secret says whether a secret value is awaited there, so that a text that looks like a command may be one.
func (s askedOf) secret(in Incoming) bool {
	return slices.ContainsFunc(s.open, func(r request) bool {
		return r.State == Prompting && r.By == in.From && r.awaitsSecret() && r.promptedIn(in)
	})
}

// takesValue says whether a text that answers a request is a value for it.
func (s askedOf) takesValue(in Incoming, r request) bool {
	return r.State == Prompting && r.By == in.From && (in.Direct || !r.awaitsSecret())
}

// candidates are the requests of a person that a text could be about which does not say to what it belongs.
func (s askedOf) candidates(in Incoming, vote, yes bool) []request {
	var found []request
	for _, r := range s.open {
		here := r.Where.Room == in.Room && r.Where.Thread == in.Thread && (r.Where.User == "" || r.Where.User == in.From)
		switch {
		case r.By != in.From:
		case r.State == Prompting && (in.Direct || in.Mentioned) && r.promptedIn(in):
			found = append(found, r)
		case here && vote && (r.State == Confirming && !slices.Contains(s.unseen, r.ID) || !yes && !r.scheduled()):
			found = append(found, r)
		}
	}
	return found
}

// awaitsSecret says whether the next value is a secret one.
func (r request) awaitsSecret() bool {
	if len(r.Missing) == 0 {
		return false
	}
	v, _ := surveyVar(r.Survey, r.Missing[0])
	return v.Type == semaphore.SurveySecret
}

// promptedIn says whether the request asks for a value where an event happened.
func (r request) promptedIn(in Incoming) bool {
	if r.State != Prompting {
		return false
	}
	if r.awaitsSecret() {
		return in.Direct
	}
	return r.Where.Room == in.Room && r.Where.Thread == in.Thread
}

// severalAsked refuses an answer that could be about several requests.
func severalAsked(word string, about []request) *refusal {
	text := Text{para(plain("To which one? Reply to its question, or name it, as in "), code(word+" "+about[0].ID), plain(". These are open:"))}
	const most = 10
	for i, r := range about {
		if i == most {
			text = append(text, item(plain("…")))
			break
		}
		text = append(text, item(code(r.ID), plain(" "+targetName(r.Target)+", "+r.word())))
	}
	return &refusal{notice: text, decision: DecisionRefused, reason: "several requests are open"}
}
