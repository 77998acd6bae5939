package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"maunium.net/go/mautrix"
)

const (
	// pollTime is how long the homeserver keeps a sync without news.
	pollTime = 30 * time.Second
	// lateLook is that while messages wait for their keys, which it makes give up or ask for them.
	lateLook = 3 * time.Second
	// pollSlack is how much longer a sync may take until the connection counts as dead.
	pollSlack = 90 * time.Second
	// firstSyncTime is how long the first sync may take.
	firstSyncTime = 10 * time.Minute
)

// syncer receives what happens, one response of the homeserver after the other.
type syncer struct {
	bot   *Bot
	clock time.Time // Of the homeserver, when it sent the response that is being processed.
}

// run syncs until ctx ends, which is no error, or something that no other try can mend.
func (s *syncer) run(ctx context.Context) error {
	b := s.bot
	since, err := b.client.Store.LoadNextBatch(ctx, b.client.UserID)
	if err != nil {
		return err
	}
	var wait backoff
	poll := time.Duration(0) // What has gathered is wanted at once.
	for b.workers.await(ctx) == nil && ctx.Err() == nil {
		next, err := s.step(ctx, since, poll)
		if err == nil {
			since, b.logins, poll = next, 0, pollTime
			wait.reset()
			if b.inbox.waiting() {
				poll = lateLook
			}
			continue
		}
		poll = 0
		if ctx.Err() != nil {
			break
		}
		if err := s.afterTrouble(ctx, err, wait.next()); err != nil {
			return err
		}
	}
	return nil //nolint:nilerr // An end of ctx is no error, whatever it interrupted.
}

// step makes one sync, and returns the token for the next.
func (s *syncer) step(ctx context.Context, since string, poll time.Duration) (next string, err error) {
	resp, err := s.request(ctx, since, poll)
	if err != nil {
		return "", err
	}
	return resp.NextBatch, s.process(ctx, resp, since)
}

// afterTrouble waits after trouble, and returns an error where waiting does not help.
func (s *syncer) afterTrouble(ctx context.Context, err error, pause time.Duration) error {
	b := s.bot
	// An error of the store may look like one of the network, since the store is below the network.
	if broken := b.store.Flush(context.WithoutCancel(ctx)); broken != nil {
		return broken
	}
	if refused, soft := refusedToken(err); refused {
		if !soft {
			return errDeviceGone
		}
		return b.logInAgain(ctx, true)
	}
	b.log.WarnContext(ctx, "sync failed", "error", err, "wait", pause)
	_ = sleep(ctx, pause) // An end of ctx ends the loop.
	return nil
}

// errNoSync means that an answer to a sync was none.
var errNoSync = errors.New("the answer is no sync response")

// request asks for what is new. API: GET /_matrix/client/v3/sync.
func (s *syncer) request(ctx context.Context, since string, poll time.Duration) (*syncResponse, error) {
	limit, timeout := timelineLimit, poll+pollSlack
	if since == "" {
		limit, timeout = firstLimit, firstSyncTime
	}
	filter, err := syncFilter(limit)
	if err != nil {
		return nil, err
	}
	query := map[string]string{"timeout": strconv.FormatInt(poll.Milliseconds(), 10), "filter": filter}
	if since != "" {
		query["since"] = since
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	resp := new(syncResponse)
	_, head, err := s.bot.client.MakeFullRequestWithResp(ctx, mautrix.FullRequest{ //nolint:bodyclose // mautrix has closed it.
		Method: http.MethodGet, URL: s.bot.client.BuildURLWithQuery(mautrix.ClientURLPath{"v3", "sync"}, query),
		ResponseJSON: resp, MaxAttempts: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("sync: %w", err)
	}
	if resp.NextBatch == "" {
		return nil, errNoSync
	}
	s.clock = serverTime(head)
	return resp, nil
}

// serverTime is what the homeserver's clock shows, or ours where it does not say it. The age of a message is a matter of
// the servers' clocks: that of this machine may be wrong.
func serverTime(resp *http.Response) time.Time {
	if resp != nil {
		if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			return at
		}
	}
	return time.Now()
}
