package matrixbot

import (
	"context"
	"errors"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// settle tells the sender of a refusal, and passes other errors on. The refusal answers an event.
func (rt *Router) settle(ctx context.Context, r *Request, answered id.EventID, err error) error {
	refusal, ok := errors.AsType[*RefusalError](err)
	if !ok {
		return err
	}
	if refusal.Notice == "" {
		return nil
	}
	if refusal.decision() == Denied && !rt.denials.Allow(denialKey{r.Room, r.Sender}).Allowed {
		return nil
	}
	return r.notice(ctx, "refusal", noticeContent(refusal.Notice, "", r.Thread, answered))
}

// notice sends what is no part of what the handler sends. The name tells it from other notices for the same request.
func (r *Request) notice(ctx context.Context, name string, content *event.MessageEventContent) error {
	_, err := r.sender.send(ctx, outgoing{
		Room: r.Room, Key: string(r.Event) + "/" + name, Type: event.EventMessage, Content: content,
	})
	return err
}

// noticeContent is the content of a notice, which no bot takes for a command: plain text that answers an event and
// mentions nobody. With formatted it is HTML to those who see that.
func noticeContent(body, formatted string, thread, answered id.EventID) *event.MessageEventContent {
	content := Message{Thread: thread, ReplyTo: answered}.content(parseText(body), true)
	if formatted != "" {
		content.Format, content.FormattedBody = event.FormatHTML, formatted
	}
	return content
}
