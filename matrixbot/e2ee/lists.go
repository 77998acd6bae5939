//go:build goolm || libolm

package e2ee

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"
)

// deviceLists knows whose list of devices is out of date. mautrix asks for a list once when it
// hears of a change and forgets the matter where the answer does not come; a new device then
// never gets keys, and a removed one goes on getting them.
type deviceLists struct {
	mu    sync.Mutex
	stale map[id.UserID]*staleList
}

// staleList is a list that is out of date.
type staleList struct {
	left  bool      // nobody tells about changes any more: it is asked for when it is needed
	tries int       // how often it was asked for in vain
	next  time.Time // when to ask again
	mute  bool      // the homeserver answered, but not about this user
}

// How long to wait before a list is asked for again.
const (
	minListWait = 2 * time.Second
	maxListWait = 5 * time.Minute
)

func (l *deviceLists) mark(users []id.UserID, left bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stale == nil {
		l.stale = map[id.UserID]*staleList{}
	}
	for _, user := range users {
		l.stale[user] = &staleList{left: left}
	}
}

// fetched notes that a list has come.
func (l *deviceLists) fetched(user id.UserID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.stale, user)
}

// inVain notes that lists have not come. mute says that there was an answer.
func (l *deviceLists) inVain(users []id.UserID, mute bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, user := range users {
		if s := l.stale[user]; s != nil {
			s.next = time.Now().Add(min(minListWait<<min(s.tries, 10), maxListWait))
			s.tries++
			s.mute = mute
		}
	}
}

// due returns the users whose lists are to be asked for because they changed.
func (l *deviceLists) due() (users []id.UserID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for user, s := range l.stale {
		if !s.left && !now.Before(s.next) {
			users = append(users, user)
		}
	}
	slices.Sort(users)
	return users
}

// any says whether a list is out of date.
func (l *deviceLists) any() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.stale) > 0
}

// needed returns those of the users whose lists have to be asked for before they are used: not
// those about whom the homeserver knows nothing, who must not silence the bot.
func (l *deviceLists) needed(users []id.UserID) (needed []id.UserID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, user := range users {
		if s := l.stale[user]; s != nil && (!s.mute || !now.Before(s.next)) {
			needed = append(needed, user)
		}
	}
	return needed
}

// isStale says whether the list of a user is out of date.
func (l *deviceLists) isStale(user id.UserID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stale[user] != nil
}

// loadStale takes over what an earlier process left undone.
func (m *Machine) loadStale(ctx context.Context) error {
	users, err := m.store.GetOutdatedTrackedUsers(ctx)
	if err != nil {
		return err
	}
	m.lists.mark(users, false)
	return nil
}

// markStale notes that the lists of those users whom the bot follows are out of date, also for
// after a restart.
func (m *Machine) markStale(ctx context.Context, users []id.UserID, left bool) error {
	if len(users) == 0 {
		return nil
	}
	followed, err := m.store.FilterTrackedUsers(ctx, users)
	if err != nil || len(followed) == 0 {
		return err
	}
	m.lists.mark(followed, left)
	return m.store.MarkTrackedUsersOutdated(ctx, followed)
}

// maxQuery is how many users one query is about.
const maxQuery = 200

// fetchLists asks for the lists of users. An error is for the case that there was no answer at
// all.
func (m *Machine) fetchLists(ctx context.Context, users []id.UserID) error {
	for chunk := range slices.Chunk(users, maxQuery) {
		if err := m.fetchChunk(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (m *Machine) fetchChunk(ctx context.Context, users []id.UserID) error {
	own := slices.Contains(users, m.client.UserID)
	lock := m.rlockIdentity
	if own {
		lock = m.lockIdentity
	}
	ctx, unlock := lock(ctx)
	defer unlock()
	found, err := m.mach.FetchKeys(ctx, users, true)
	if err != nil {
		m.lists.inVain(users, false)
		return fmt.Errorf("get the device lists of %d people: %w", len(users), err)
	}
	if own {
		if _, err := m.mach.GetOwnCrossSigningPublicKeys(ctx); err != nil { // fills the cache again
			return err
		}
	}
	m.lists.inVain(slices.DeleteFunc(slices.Clone(users), func(user id.UserID) bool { return found[user] != nil }), true)
	if m.config.SendTo != SendToAll { // who may read can have changed without a new device
		for user := range found {
			m.mach.OnDevicesChanged(ctx, user)
		}
	}
	return nil
}
