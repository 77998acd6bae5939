package standup

import (
	"slices"
	"time"
	"unicode/utf8"
)

// dialogue is a response that a person may be giving, with its run.
type dialogue struct {
	run      Run
	response Response
	early    bool // The message at hand was written before the question that waits.
}

// open reports whether an answer that the chat received at the instant counts.
func (d dialogue) open(at time.Time) bool {
	return !d.response.completed() && !d.run.Missed && at.Before(d.run.CutoffAt)
}

// asked reports whether a question reached the person before they wrote, or an
// answer came from them, so that the message at hand can belong here.
func (d dialogue) asked() bool {
	return !d.response.AskedAt.IsZero() && !d.early || len(d.response.Answers) > 0
}

// touched is when the dialogue last moved.
func (d dialogue) touched() time.Time {
	latest := d.response.AskedAt
	if n := len(d.response.Answers); n > 0 && d.response.Answers[n-1].At.After(latest) {
		latest = d.response.Answers[n-1].At
	}
	return latest
}

// meant returns the dialogue that a message belongs to: the one whose question
// it replies to, else the open one that moved last. Never a date decides, since
// a person may have two runs open at once.
func meant(dialogues []dialogue, in Incoming) (dialogue, bool) {
	if in.ReplyTo != "" {
		for _, d := range dialogues {
			if d.response.AskedIn == in.ReplyTo {
				return d, true
			}
		}
	}
	var best dialogue
	found := false
	for _, d := range dialogues {
		if !d.open(in.At) || !d.asked() {
			continue
		}
		if !found || d.touched().After(best.touched()) {
			best, found = d, true
		}
	}
	return best, found
}

// lateFor is how long after a cutoff a person is told that they are late;
// afterwards a message is not taken for an answer at all.
const lateFor = 12 * time.Hour

// recent returns the dialogue that a message without an open one most likely
// means, if there is one.
func recent(dialogues []dialogue, at time.Time) (dialogue, bool) {
	var best dialogue
	found := false
	for _, d := range dialogues {
		if !d.asked() || !at.Before(d.run.CutoffAt.Add(lateFor)) {
			continue
		}
		if !found || d.run.CutoffAt.After(best.run.CutoffAt) {
			best, found = d, true
		}
	}
	return best, found
}

// answering is what decideAnswer looks at.
type answering struct {
	dialogue
	others    []dialogue // The person's other dialogues.
	responses []Response // All responses of the run, if its report is posted.
}

// decideAnswer takes a message for the answer to the question that waits, or
// says why not and changes nothing. Written before the next question has
// reached the person, it continues the last answer.
func decideAnswer(s answering, in Incoming, now time.Time) changes {
	var c changes
	run, r := s.run, s.response
	if !s.open(in.At) {
		c.send(reply(in, tooLate(s.dialogue), now))
		return c
	}
	continues := (r.AskedAt.IsZero() || s.early) && len(r.Answers) > 0
	already := 0
	if continues {
		already = utf8.RuneCountInString(r.Answers[len(r.Answers)-1].Text()) + 1
	}
	if problem := answerProblem(in.Text, already); problem != nil {
		c.send(reply(in, problem, now))
		return c
	}
	r.Answers = slices.Clone(r.Answers)
	part := AnswerPart{Message: in.Message, Text: in.Text}
	if continues {
		last := &r.Answers[len(r.Answers)-1]
		last.Parts = append(slices.Clone(last.Parts), part)
		last.At = in.At
	} else {
		r.Answers = append(r.Answers, Answer{Parts: []AnswerPart{part}, At: in.At})
	}
	c.put(answerKey(in.Message), answerRef{Response: r.id(), Question: len(r.Answers) - 1})
	if !continues {
		c.merge(decideNext(run, &r, s.others, in, now))
	}
	c.response(r)
	c.merge(decideUpdate(run, replaced(s.responses, r), in.ID, now))
	return c
}

// decideNext asks the next question, of this run or else of another that the
// person still owes, or thanks.
func decideNext(run Run, r *Response, others []dialogue, in Incoming, now time.Time) changes {
	var c changes
	if len(r.Answers) < len(run.Questions) {
		if !now.Before(run.CutoffAt) {
			c.send(reply(in, acceptedLate(run), now))
			return c
		}
		r.AskedAt, r.AskedIn, r.AskedFirst = time.Time{}, "", ""
		m := reply(in, nextQuestion(run, *r), now)
		m.Asks, m.ExpiresAt = new(r.id()), run.CutoffAt
		c.send(m)
		return c
	}
	r.CompletedAt = in.At
	other, more := meant(others, Incoming{At: now})
	if !more {
		c.send(reply(in, thanks(run), now))
		return c
	}
	waiting := other.response
	waiting.AskedAt, waiting.AskedIn = time.Time{}, ""
	c.response(waiting)
	m := reply(in, append(thanks(run), askAgain(other.run, waiting)...), now)
	m.Asks, m.ExpiresAt = new(waiting.id()), other.run.CutoffAt
	c.send(m)
	return c
}

// replaced returns the responses with r in the place of what it replaces.
func replaced(responses []Response, r Response) []Response {
	responses = slices.Clone(responses)
	for i := range responses {
		if responses[i].User == r.User {
			responses[i] = r
		}
	}
	return responses
}

// editing is what decideEdit looks at.
type editing struct {
	run       Run
	response  Response
	question  int
	responses []Response // All responses of the run, if its report is posted.
}

// decideEdit changes an answer when the message that gave it is edited, and
// the posted report with it. An edit that would not be accepted as an answer
// leaves the answer as it was.
func decideEdit(s editing, in Incoming, now time.Time) changes {
	var c changes
	r := s.response
	if r.User != in.From || s.question >= len(r.Answers) {
		return c
	}
	r.Answers = slices.Clone(r.Answers)
	a := &r.Answers[s.question]
	a.Parts = slices.Clone(a.Parts)
	i := slices.IndexFunc(a.Parts, func(p AnswerPart) bool { return p.Message == in.Message })
	if i < 0 || a.Parts[i].Text == in.Text || in.At.Before(a.Parts[i].EditedAt) {
		return c
	}
	rest := utf8.RuneCountInString(a.Text()) - utf8.RuneCountInString(a.Parts[i].Text)
	if problem := answerProblem(in.Text, rest); problem != nil {
		c.send(reply(in, append(problem, sentence("Your answer stays as it was.")...), now))
		return c
	}
	a.Parts[i].Text, a.Parts[i].EditedAt = in.Text, in.At
	c.response(r)
	c.merge(decideUpdate(s.run, replaced(s.responses, r), in.ID, now))
	c.send(reply(in, edited(s.run, s.question), now))
	return c
}

// answerProblem says why a text is no answer, or returns nil. already counts
// the characters that the answer has without it.
func answerProblem(text string, already int) Text {
	if text == "" {
		return sentence("I can only keep text. Please say it in words, beside the image if you like.")
	}
	if n := already + utf8.RuneCountInString(text); n > MaxAnswerLength {
		return tooLong(n)
	}
	return nil
}
