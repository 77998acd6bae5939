package zuliptest

import "github.com/signalbox-go/signalbox/internal/memnet"

// post is what the organization has around its messages.
type post struct {
	tus        map[string]*tusUpload
	scheduled  []*scheduled              // messages and reminders that are not sent yet
	storage    map[int]map[string]string // of each bot
	webhooks   map[int]*webhook          // of outgoing webhook bots
	jobs       []*webhookJob             // what webhooks have not been told yet
	handlers   []*memnet.Server          // of webhooks
	notifier   *userState                // the server's own bot
	realmGone  bool                      // the organization is deactivated
	moderation *channelState             // where reported messages go; nil is nowhere

	lastSubmessage int
	lastScheduled  int
	lastAttachment int

	planned chan struct{} // capacity 1; tells the goroutine that sends later about scheduled
	calling chan struct{} // capacity 1; tells the goroutine that calls webhooks about jobs
}

func newPost() post {
	return post{
		tus: map[string]*tusUpload{}, storage: map[int]map[string]string{}, webhooks: map[int]*webhook{},
		lastSubmessage: firstSubmessageID - 1, lastScheduled: firstScheduledID - 1, lastAttachment: firstAttachmentID - 1,
		planned: make(chan struct{}, 1), calling: make(chan struct{}, 1),
	}
}

// nudge wakes the goroutine that waits at a channel of capacity 1.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is awake already
	}
}
