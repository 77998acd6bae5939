package matrixbot

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// Every rule, for every person, room and trust that makes a difference. What is not listed is denied.
func TestAccess(t *testing.T) {
	t.Parallel()
	h := newFakeHost(t)
	require.NoError(t, h.store.State().SetPowerLevels(t.Context(), ops, &event.PowerLevelsEventContent{
		Users: map[id.UserID]int{ann: 100, bob: 50},
	}))
	rules := map[string]Access{
		"zero":         {},
		"broken":       AllowUsers("ann"),
		"no users":     AllowUsers(),
		"no rooms":     AllowRooms(),
		"everybody":    AllowEverybody(),
		"ann":          AllowUsers(ann),
		"ops":          AllowRooms(ops),
		"power 50":     RequirePower(50),
		"power 51":     RequirePower(51),
		"power 0":      RequirePower(0),
		"verified":     RequireTrust(e2ee.TrustVerified),
		"signed":       RequireTrust(e2ee.TrustCrossSigned),
		"ann in ops":   AllOf(AllowUsers(ann), AllowRooms(ops)),
		"ann or power": AnyOf(AllowUsers(ann), RequirePower(50)),
	}
	type who struct {
		user  id.UserID
		room  id.RoomID
		trust e2ee.Trust
	}
	allowed := map[string]func(w who) bool{
		"everybody":    func(who) bool { return true },
		"ann":          func(w who) bool { return w.user == ann },
		"ops":          func(w who) bool { return w.room == ops },
		"power 50":     func(w who) bool { return w.room == ops && (w.user == ann || w.user == bob) },
		"power 51":     func(w who) bool { return w.room == ops && w.user == ann },
		"power 0":      func(who) bool { return true },
		"verified":     func(w who) bool { return w.trust == e2ee.TrustVerified },
		"signed":       func(w who) bool { return w.trust >= e2ee.TrustCrossSigned },
		"ann in ops":   func(w who) bool { return w.user == ann && w.room == ops },
		"ann or power": func(w who) bool { return w.user == ann || w.room == ops && w.user == bob },
	}
	users := []id.UserID{ann, bob, mallory, "@Ann:example.org", "@%61nn:example.org", "@аnn:example.org", "@ann:example.org.", ""}
	for name, rule := range rules {
		for _, user := range users {
			for _, room := range []id.RoomID{ops, lounge} {
				for trust := e2ee.TrustUnknown; trust <= e2ee.TrustVerified; trust++ {
					r := &Request{Sender: user, Room: room, Trust: trust, Encrypted: true, sender: h}
					want := allowed[name] != nil && allowed[name](who{user, room, trust})
					err := rule.allows(t.Context(), r)
					assert.Equal(t, want, err == nil, "%s: %s in %s with %s", name, user, room, trust)
					if refusal, ok := errors.AsType[*RefusalError](err); err != nil {
						require.True(t, ok)
						assert.Equal(t, Denied, refusal.Decision)
					}
				}
			}
		}
	}
}

func TestAccessFailsClosed(t *testing.T) {
	t.Parallel()
	require.Error(t, RequirePower(0).allows(t.Context(), &Request{Sender: ann, Room: ops}), "no bot made the request")
	h := newFakeHost(t)
	r := &Request{Sender: ann, Room: ops, Trust: e2ee.TrustVerified, sender: h}
	require.Error(t, RequireTrust(e2ee.TrustUnverified).allows(t.Context(), r), "trust without encryption is none")
	require.NoError(t, h.store.Close())
	require.Error(t, RequirePower(0).allows(t.Context(), r), "the store is gone")
}

func TestRequireStandsAlone(t *testing.T) {
	t.Parallel()
	ran := 0
	h := Require(AllowUsers(ann))(func(context.Context, *Request) error { ran++; return nil })
	require.NoError(t, h(t.Context(), &Request{Sender: ann}))
	err := h(t.Context(), &Request{Sender: mallory})
	require.EqualError(t, err, "matrixbot: denied: user")
	assert.Equal(t, 1, ran)
}

// The rules of the router, a command and a subcommand hold together.
func TestRulesAddUp(t *testing.T) {
	t.Parallel()
	h := newFakeHost(t)
	audit := &auditor{}
	rt, err := NewRouter(RouterConfig{Prefix: "!", Access: AllowRooms(ops), Audit: audit.hear})
	require.NoError(t, err)
	do := func(context.Context, *Request, Values) error { return nil }
	require.NoError(t, rt.Command(Command{Name: "look", Handler: do}))
	require.NoError(t, rt.Command(Command{Name: "task", Access: AllowUsers(ann, bob), Handler: do, Subcommands: []Command{
		{Name: "stop", Access: AllowUsers(ann, mallory), Handler: do},
	}}))
	for _, c := range []struct {
		user id.UserID
		room id.RoomID
		text string
		want string
	}{
		{mallory, ops, "!look", "mallory look done"},
		{mallory, lounge, "!look", "mallory look denied: room"},
		{bob, ops, "!task", "bob task done"},
		{ann, ops, "!task stop", "ann task stop done"},
		{bob, ops, "!task stop", "bob task stop denied: user"},
		{mallory, ops, "!task stop", "mallory task stop denied: user"},
		{ann, lounge, "!task stop", "ann task stop denied: room"},
		{ann, lounge, "!help", "ann help denied: room"},
		{ann, lounge, "!hlep", "ann  denied: room"},
	} {
		r := h.request(c.user, c.text)
		r.Room = c.room
		require.NoError(t, rt.Handle(t.Context(), r))
		assert.Equal(t, []string{c.want}, audit.decisions())
		said := h.bodies()
		if c.room == lounge {
			assert.Empty(t, said, "elsewhere the bot is silent")
		}
	}
}
