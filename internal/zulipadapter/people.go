package zulipadapter

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
)

// peopleAge is how long a list of the organisation's users is used.
const peopleAge = time.Minute

// Person is what adapters need to know of a user.
type Person struct {
	Name, Zone string
	Bot        bool
	Active     bool
	Admin      bool // An owner or administrator of the organisation.
}

// Directory knows the users of the organisation. It holds one entry for each of them, and the list is fetched as a whole:
// Zulip has no other way that older servers know, and messages do not say who is a bot or an administrator. Make one with
// [NewDirectory]. It is safe for concurrent use.
type Directory struct {
	client *zulip.Client
	turn   chan struct{} // One caller at a time works on what is below; waiting for it ends with the context.

	self    zulip.UserID // 0 until it is known.
	users   map[zulip.UserID]Person
	fetched time.Time
}

// NewDirectory makes a directory of the organisation in which the client is. It asks for nothing yet.
func NewDirectory(client *zulip.Client) *Directory {
	return &Directory{client: client, turn: make(chan struct{}, 1)}
}

func (d *Directory) enter(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *Directory) leave() { <-d.turn }

// Me is the bot's own id. API: GET /users/me.
func (d *Directory) Me(ctx context.Context) (zulip.UserID, error) {
	if err := d.enter(ctx); err != nil {
		return 0, err
	}
	defer d.leave()
	if d.self == 0 {
		own, err := d.client.OwnUser(ctx)
		if err != nil {
			return 0, err
		}
		d.self = own.ID
	}
	return d.self, nil
}

// LookUp returns the users, from a list that is at most a minute old and, where one of the wanted users is not on it,
// new. Nobody changes the map. API: GET /users.
func (d *Directory) LookUp(ctx context.Context, wanted ...zulip.UserID) (map[zulip.UserID]Person, error) {
	if err := d.enter(ctx); err != nil {
		return nil, err
	}
	defer d.leave()
	if time.Since(d.fetched) < peopleAge && d.knows(wanted) {
		return d.users, nil
	}
	list, err := d.client.Users(ctx, zulip.UsersRequest{})
	if err != nil {
		return nil, err
	}
	users := make(map[zulip.UserID]Person, len(list))
	for _, u := range list {
		users[u.ID] = Person{
			Name: u.FullName, Zone: u.Timezone, Bot: u.IsBot, Active: u.IsActive,
			Admin: u.Role == zulip.RoleOwner || u.Role == zulip.RoleAdmin,
		}
	}
	d.users, d.fetched = users, time.Now()
	return users, nil
}

func (d *Directory) knows(wanted []zulip.UserID) bool {
	for _, id := range wanted {
		if _, ok := d.users[id]; !ok {
			return false
		}
	}
	return true
}
