package zulipchat

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
)

// peopleAge is how long a list of the organisation's users is used.
const peopleAge = time.Minute

// person is what this package needs to know of a user.
type person struct {
	name string
	bot  bool
}

// directory knows the users of the organisation. It holds one entry for each of them, and the list is fetched as a
// whole: Zulip has no other way that older servers know, and messages do not say who is a bot.
type directory struct {
	client *zulip.Client
	turn   chan struct{} // One caller at a time works on what is below; waiting for it ends with the context.

	self    zulip.UserID // 0 until it is known.
	users   map[zulip.UserID]person
	fetched time.Time
}

func newDirectory(client *zulip.Client) directory {
	return directory{client: client, turn: make(chan struct{}, 1)}
}

func (d *directory) enter(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *directory) leave() { <-d.turn }

// me is the bot's own id.
func (d *directory) me(ctx context.Context) (zulip.UserID, error) {
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

// lookUp returns the users, from a list that is at most peopleAge old and, where one of the wanted users is not on it,
// new. Nobody changes the map.
func (d *directory) lookUp(ctx context.Context, wanted ...zulip.UserID) (map[zulip.UserID]person, error) {
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
	users := make(map[zulip.UserID]person, len(list))
	for _, u := range list {
		users[u.ID] = person{name: u.FullName, bot: u.IsBot}
	}
	d.users, d.fetched = users, time.Now()
	return users, nil
}

func (d *directory) knows(wanted []zulip.UserID) bool {
	for _, id := range wanted {
		if _, ok := d.users[id]; !ok {
			return false
		}
	}
	return true
}
