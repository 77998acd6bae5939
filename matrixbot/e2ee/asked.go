//go:build goolm || libolm

package e2ee

import (
	"slices"
	"sync"

	"maunium.net/go/mautrix/id"
)

// asked knows which keys the bot has asked for, and whom. After a restart it asks anew.
type asked struct {
	mu    sync.Mutex
	whom  map[roomSession]id.UserID
	order []roomSession
}

// maxAsked is how many are remembered: others decide what the bot cannot read.
const maxAsked = 10_000

// add notes that somebody is asked, besides the bot's own devices.
func (a *asked) add(at roomSession, user id.UserID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.whom == nil {
		a.whom = map[roomSession]id.UserID{}
	}
	if a.whom[at] == "" {
		a.order = append(a.order, at)
	}
	a.whom[at] = user
	if len(a.order) > maxAsked {
		delete(a.whom, a.order[0])
		a.order = slices.Delete(a.order, 0, 1)
	}
}

// of says who was asked, or nothing.
func (a *asked) of(at roomSession) id.UserID {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.whom[at]
}
