package chatops

import (
	"context"
	"strings"
	"time"
)

// quietFor is how long the bot says nothing more to somebody whom it has told something that is not worth repeating.
const quietFor = 10 * time.Minute

// turnAway says whether an event is not to be carried out, whatever it wants, and what is decided instead: nil for
// nothing at all. verifies says that it is about the verification of the device that it may have come from.
func (e *Engine) turnAway(ctx context.Context, policy *Policy, in Incoming, verifies bool) (instead decision, stop bool, err error) {
	if in.Old {
		instead, err = e.onceInAWhile(ctx, digest("old", string(in.Room), string(in.reply().User)), e.refuse(in, &refusal{
			notice:   sentence("I was away, and do not carry out what is old. Please say again what still matters."),
			decision: DecisionRefused, reason: "too old",
		}))
		return instead, true, err
	}
	allowed, notice := e.Allow(in.From) // Before all that is answered or audited.
	if notice && !allowed {
		instead = e.refuse(in, &refusal{
			notice:   sentence("That was a lot at once. Please wait a minute before the next command."),
			decision: DecisionLimited, reason: "too many commands",
		})
	}
	if !allowed {
		return instead, true, nil
	}
	reaction := in.Reaction != ""
	switch plaintext := in.InEncrypted && !in.Encrypted; {
	case plaintext && !reaction:
		return e.refuse(in, &refusal{
			notice:   sentence("This came unencrypted into an encrypted room, so anybody may have written it. I do not carry it out."),
			decision: DecisionDenied, reason: "not encrypted",
		}), true, nil
	case plaintext && !policy.PlaintextReactions:
		silent := refusal{decision: DecisionDenied, reason: "not encrypted"}
		told := silent
		told.notice = sentence("Reactions are not encrypted, so here they do not count. Please answer in words.")
		instead, err = e.onceInAWhile(ctx, digest("reaction", string(in.From), string(in.Room)), e.refuse(in, &told))
		if instead == nil && err == nil {
			instead = e.refuse(in, &silent)
		}
		return instead, true, err
	case policy.RequireVerified && !in.Verified && !verifies && (!plaintext || !reaction):
		return e.refuse(in, &refusal{notice: e.unverified(in), decision: DecisionDenied, reason: "device not verified"}), true, nil
	}
	return nil, false, nil
}

// unverified says what to do to who wrote from a device that is not verified.
func (e *Engine) unverified(in Incoming) Text {
	if !in.Encrypted {
		return sentence("This came unencrypted, and I take only what comes from a device that I have verified. Please write where messages are encrypted.")
	}
	return say(
		plain("I do not know the device that this came from, so I carry out nothing of it. To verify it, write "), code(e.Prefix+" verify start"),
		plain(". "), code(e.Prefix+" help verify"), plain(" says more."),
	)
}

// verifies says whether a command is about the verification of devices, or asks for the help on that. A device that is not
// verified yet may give these, or it would never be.
func (p parsed) verifies() bool {
	switch {
	case p.command == nil:
		return false
	case p.command.name == "help" && p.problem == nil:
		return strings.EqualFold(p.values.Text("command"), "verify")
	}
	return p.command.name == "verify"
}

// onceInAWhile is a decision that is made only when it was not made for a while, else nil.
func (e *Engine) onceInAWhile(ctx context.Context, what string, decide decision) (decision, error) {
	key := joinKey("quiet", what)
	var last present
	var found bool
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		last, found, err = load[present](tx, key)
		return err
	})
	since := e.Now().Sub(last.At) // Negative where the clock was set back.
	if err != nil || found && since >= 0 && since < quietFor {
		return nil, err
	}
	return func(tx Tx) (changes, error) {
		c, err := decide(tx)
		c.put(key, present{At: e.Now()})
		return c, err
	}, nil
}

// judgeStranger decides on an event of somebody who may do nothing where it happened. Whoever talks to the bot is told
// once in a while that it does not listen, and where it does not listen to anybody nothing is said at all. A flood of
// strangers is neither answered nor audited more than a few times. Only a secret value is taken from whom the bot has
// asked for it, who need not be allowed to say anything else in private.
func (e *Engine) judgeStranger(ctx context.Context, policy *Policy, in Incoming, v *verdict) (err error) {
	owes, err := e.owesSecret(ctx, in)
	if err != nil {
		return err
	}
	if owes {
		if answered, err := e.judgeAnswer(ctx, policy, in, v); answered || err != nil {
			return err
		}
	}
	if v.command, err = e.addressed(ctx, in); err != nil || v.command == "" {
		return err
	}
	r := &refusal{decision: DecisionDenied, reason: "has no role here"}
	switch {
	case !policy.listens(policy.place(in)):
		r.reason = "room is not in the policy"
	case in.Reaction == "":
		r.notice = sentence("I take no commands from you here. Somebody who runs me can change that.")
	}
	v.decide, err = e.onceInAWhile(ctx, digest("stranger", string(in.From), string(in.Room)), e.refuse(in, r))
	if v.decide != nil && !e.strangers.Allow(in.Room).Allowed {
		v.decide = nil
	}
	return err
}

// addressed says what command an event gives, or whether it is a reaction to a question; "" where it is neither.
func (e *Engine) addressed(ctx context.Context, in Incoming) (command string, err error) {
	if in.Reaction != "" {
		err = e.Store.View(ctx, func(tx Tx) error {
			asked, err := tx.Get(questionKey(in.Message))
			if asked != nil {
				command = "reaction"
			}
			return err
		})
		return command, err
	}
	p, err := e.parse(ctx, in)
	switch {
	case err != nil || !p.forBot:
		return "", err
	case p.command != nil:
		return p.command.name, nil
	}
	return "unknown", nil
}
