package matrixbot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Decision is what became of a request. The zero value stands for none.
type Decision string

// The decisions that an [AuditEntry] and a [RefusalError] tell.
const (
	Done      Decision = "done"      // The handler did it.
	Failed    Decision = "failed"    // The handler returned an error or panicked.
	Refused   Decision = "refused"   // The handler would not, for a reason that it gave.
	Denied    Decision = "denied"    // The sender may not.
	Limited   Decision = "limited"   // The sender, or the room, asked too often.
	Misused   Decision = "misused"   // There is no such command, or it is not written that way.
	TimedOut  Decision = "timed out" // It took too long.
	Asked     Decision = "asked"     // A question went out that somebody has to answer.
	Confirmed Decision = "confirmed" // Somebody said yes to it.
	Cancelled Decision = "cancelled" // Somebody said no to it.
	Expired   Decision = "expired"   // Nobody said anything in time.
)

// RefusalError is the answer to a request that is not served for a reason that is no fault of the bot. A [Router] tells
// it to the sender and does not pass it on; a denial it tells at most once in ten minutes to each person in each room,
// so that strangers cannot make the bot talk. Handlers of commands return one to say no: see [Refuse].
type RefusalError struct {
	Decision Decision // Empty: [Refused].
	Reason   string   // For the audit: a few words without what people wrote.
	Notice   string   // Told to the sender, as plain text; "" for silence.
	Err      error    // What is behind it, if anything.
}

// Refuse returns a [RefusalError] by the handler, which tells the sender notice: plain text, in whole sentences.
func Refuse(notice string) error {
	return &RefusalError{Decision: Refused, Reason: "the handler refused", Notice: notice}
}

// Error returns the decision and its reason, not the notice.
func (f *RefusalError) Error() string {
	text := "matrixbot: " + string(f.decision())
	if f.Reason != "" {
		text += ": " + f.Reason
	}
	if f.Err != nil {
		text += ": " + f.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (f *RefusalError) Unwrap() error { return f.Err }

func (f *RefusalError) decision() Decision {
	if f.Decision == "" {
		return Refused
	}
	return f.Decision
}

// denied makes the refusal of somebody who may not.
func denied(reason, notice string) error {
	return &RefusalError{Decision: Denied, Reason: reason, Notice: notice}
}

// sentence makes a sentence of an error's text.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
