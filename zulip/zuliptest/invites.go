package zuliptest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// inviteFor is how long an invitation works that says nothing else.
const inviteFor = 10 * 24 * time.Hour

// An invite asks people to join, by e-mail or, without an address, by a link for everybody.
type invite struct {
	id      int
	email   string
	role    Role
	by      int
	at      time.Time
	expires time.Time // zero is never
	notify  bool
	revoked bool
}

func (i *invite) link() string { return "https://zulip.example/join/" + sha(itoa(i.id))[:24] + "/" }

func (i *invite) object() map[string]any {
	o := map[string]any{
		"id": i.id, "invited_by_user_id": i.by, "invited": i.at.Unix(), "expiry_date": nil, "invited_as": int(i.role),
		"is_multiuse": i.email == "", "notify_referrer_on_join": i.notify,
	}
	if !i.expires.IsZero() {
		o["expiry_date"] = i.expires.Unix()
	}
	if i.email == "" {
		o["link_url"] = i.link()
	} else {
		o["email"] = i.email
	}
	return o
}

func (s *Server) getInvites(c *call) answer {
	list := []any{}
	for _, i := range s.invites {
		gone := i.revoked || !i.expires.IsZero() && !s.now().Before(i.expires)
		if !gone && (i.by == c.user.ID || c.user.isAdmin()) {
			list = append(list, i.object())
		}
	}
	return ok(map[string]any{"invites": list})
}

// readInvite reads what both kinds of invitations have.
func (s *Server) readInvite(c *call) *invite {
	i := &invite{role: Role(c.integer("invite_as", int(RoleMember))), by: c.user.ID, notify: true}
	i.at, i.expires = s.now(), s.now().Add(inviteFor)
	var minutes *int
	if c.json("invite_expires_in_minutes", &minutes) {
		i.expires = time.Time{}
		if minutes != nil {
			i.expires = i.at.Add(time.Duration(*minutes) * time.Minute)
		}
	}
	var channels, groups []int
	c.json("stream_ids", &channels)
	c.json("group_ids", &groups)
	c.accept("include_realm_default_subscriptions", "welcome_message_custom_text")
	switch {
	case !slices.Contains(roles, i.role):
		c.reject(invalid("invite_as"))
	case i.role == RoleOwner && c.user.Role != RoleOwner:
		c.reject(*mustBe("owner"))
	case i.role < RoleMember && !c.user.isAdmin():
		c.reject(badRequest("Must be an organization administrator"))
	}
	for _, id := range channels {
		if ch := s.channels[id]; ch == nil || !s.mayKnow(c.user, ch) {
			c.reject(badRequest("Invalid channel ID " + itoa(id) + ". No invites were sent."))
		}
	}
	if bad := s.checkGroupIDs(groups); bad != nil {
		c.reject(*bad)
	}
	return i
}

func (s *Server) addInvite(i invite) *invite {
	s.lastInvite++
	i.id = s.lastInvite
	s.invites = append(s.invites, &i)
	s.emit("invites_changed", (*userState).isAdmin, func(*queue) event { return event{} })
	return &i
}

var inviteSeparator = regexp.MustCompile(`[,\n]`)

func (s *Server) postInvites(c *call) answer {
	emails, model := c.need("invitee_emails"), s.readInvite(c)
	c.need("stream_ids")
	model.notify = c.flag("notify_referrer_on_join", model.notify)
	if c.bad != nil {
		return *c.bad
	}
	if strings.TrimSpace(emails) == "" {
		return badRequest("You must specify at least one email address.")
	}
	sent, failed := false, [][]any{}
	for _, email := range inviteSeparator.Split(emails, -1) {
		email = strings.TrimSpace(email)
		if _, address, named := strings.Cut(strings.TrimSuffix(email, ">"), "<"); named {
			email = address
		}
		if s.userByEmail(email) != nil {
			failed = append(failed, []any{email, "Already has an account.", false})
		} else if bad := s.checkNewEmail(email); bad != nil {
			failed = append(failed, []any{email, "Invalid address.", false})
		} else {
			one := *model
			one.email = email
			s.addInvite(one)
			sent = true
		}
	}
	if len(failed) == 0 {
		return ok(nil)
	}
	msg := "We weren't able to invite anyone."
	if sent {
		msg = "Some of those addresses are already using Zulip, so we didn't send them an invitation. " +
			"We did send invitations to everyone else!"
	}
	return fail(http.StatusBadRequest, "INVITATION_FAILED", msg).with("errors", failed).with("sent_invitations", sent).
		with("daily_limit_reached", false).with("license_limit_reached", false)
}

func (s *Server) postInviteLink(c *call) answer {
	if !c.user.isAdmin() {
		return badRequest("Insufficient permission")
	}
	model := s.readInvite(c)
	if c.bad != nil {
		return *c.bad
	}
	return ok(map[string]any{"invite_link": s.addInvite(*model).link()})
}

func (s *Server) removeInvite(c *call) answer { return s.revoke(c, false) }

func (s *Server) removeInviteLink(c *call) answer { return s.revoke(c, true) }

// pathInvite finds the invitation in the call's path, if it is of this kind and the user's own or he is an administrator.
func (s *Server) pathInvite(c *call, link bool) (*invite, *answer) {
	k := slices.IndexFunc(s.invites, func(i *invite) bool { return i.id == c.id("id") && (i.email == "") == link })
	if k < 0 || s.invites[k].revoked && !link {
		return nil, refuse("No such invitation")
	}
	i := s.invites[k]
	if i.by != c.user.ID && !c.user.isAdmin() {
		return nil, refuse("Must be an organization administrator")
	}
	return i, nil
}

func (s *Server) revoke(c *call, link bool) answer {
	i, bad := s.pathInvite(c, link)
	switch {
	case bad != nil:
		return *bad
	case i.revoked:
		return badRequest("Invitation has already been revoked")
	}
	i.revoked = true
	s.emit("invites_changed", (*userState).isAdmin, func(*queue) event { return event{} })
	return ok(nil)
}

func (s *Server) resendInvite(c *call) answer {
	i, bad := s.pathInvite(c, false)
	if bad != nil {
		return *bad
	}
	i.at = s.now()
	return ok(nil)
}
