package zuliptest

import (
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strings"
)

// roles are what the role of a user may be.
var roles = []Role{RoleOwner, RoleAdmin, RoleModerator, RoleMember, RoleGuest}

// emitPerson tells everybody about one new property of a user.
func (s *Server) emitPerson(u *userState, property string, value any) {
	s.emit("realm_user", everyone, func(*queue) event {
		person := map[string]any{"user_id": u.ID, property: value}
		if property == "timezone" {
			person["email"] = u.Email
		}
		return event{"op": "update", "person": person}
	})
}

func (s *Server) checkFullName(name string) *answer {
	switch n := len([]rune(name)); {
	case n > 100:
		return refuse("Name too long!")
	case n < 2:
		return refuse("Name too short!")
	case strings.ContainsAny(name, "*`\\>\"@"):
		return refuse("Invalid characters in name!")
	}
	return nil
}

func (s *Server) checkNewEmail(email string) *answer {
	switch address, err := mail.ParseAddress(email); {
	case err != nil || address.Address != email:
		return refuse("Enter a valid email address.")
	case s.userByEmail(email) != nil:
		return refuse("Email is already in use.")
	}
	return nil
}

func (s *Server) postUser(c *call) answer {
	email, password, name := c.need("email"), c.need("password"), strings.TrimSpace(c.need("full_name"))
	switch {
	case c.bad != nil:
		return *c.bad
	case !c.user.CanCreateUsers:
		return badRequest("User not authorized to create users")
	}
	if s.userByEmail(email) != nil {
		return badRequest("Email '" + email + "' already in use")
	}
	for _, bad := range []*answer{s.checkFullName(name), s.checkNewEmail(email)} {
		if bad != nil {
			return *bad
		}
	}
	u := s.createUser(User{FullName: name, Email: email, Role: RoleMember})
	u.password = password
	for _, ch := range s.sortedChannels() {
		if ch.isDefault {
			s.subscribe(ch, u)
		}
	}
	return ok(map[string]any{"user_id": u.ID})
}

// administers reports whether the user may change the other: an administrator, or the owner of a bot.
func administers(by, u *userState) bool { return by.isAdmin() || u.IsBot && u.OwnerID == by.ID }

// pathOther finds the user in the call's path, by id or, on newer servers, address, if the caller administers him.
func (s *Server) pathOther(c *call) (*userState, *answer) {
	if c.id("id") < 0 && s.featureLevel < 313 {
		a := fail(http.StatusNotFound, "BAD_REQUEST", "API endpoint not found")
		return nil, &a
	}
	u, bad := s.pathUser(c)
	if bad == nil && !administers(c.user, u) {
		bad = refuse("Insufficient permission")
	}
	return u, bad
}

func (s *Server) patchUser(c *call) answer {
	u, bad := s.pathOther(c)
	if bad != nil {
		return *bad
	}
	role, name := Role(c.integer("role", int(u.Role))), strings.TrimSpace(c.str("full_name", u.FullName))
	email := c.str("new_email", u.Email)
	var values []profileValue
	c.json("profile_data", &values)
	if !slices.Contains(roles, role) {
		c.reject(badRequest("Invalid role"))
	}
	if c.bad != nil {
		return *c.bad
	}
	for _, bad := range []*answer{s.checkRole(c.user, u, role), s.checkChange(c.user, u, name, email), s.checkProfile(values)} {
		if bad != nil {
			return *bad
		}
	}
	s.changeRole(u, role)
	s.rename(u, name)
	if email != u.Email {
		u.Email = email
		s.emitPerson(u, "new_email", email)
		s.emitPerson(u, "delivery_email", email)
	}
	for _, v := range values {
		s.setProfile(u, v.ID, v.text)
	}
	return ok(nil)
}

func (s *Server) checkChange(by, u *userState, name, email string) *answer {
	if name != u.FullName {
		if bad := s.checkFullName(name); bad != nil {
			return bad
		}
	}
	switch {
	case strings.EqualFold(email, u.Email):
		return nil
	case !by.isAdmin() || !by.CanCreateUsers:
		return refuse("User not authorized to change user emails")
	}
	return s.checkNewEmail(email)
}

// checkRole reports why this user may not give the other the role.
func (s *Server) checkRole(by, u *userState, role Role) *answer {
	switch {
	case role == u.Role:
		return nil
	case (role == RoleOwner || u.Role == RoleOwner) && by.Role != RoleOwner:
		return mustBe("owner")
	case !by.isAdmin():
		return mustBe("administrator")
	case s.lastOwner(u):
		return refuse("The owner permission cannot be removed from the only organization owner.")
	}
	return nil
}

func (s *Server) changeRole(u *userState, role Role) {
	if role == u.Role {
		return
	}
	from := u.Role
	u.Role = role
	s.emitPerson(u, "role", int(role))
	s.moveRole(u, from, role)
}

func (s *Server) rename(u *userState, name string) {
	if name != u.FullName && name != "" {
		u.FullName = name
		s.emitPerson(u, "full_name", name)
	}
}

// lastOwner reports whether the user is the only person who owns the organization.
func (s *Server) lastOwner(u *userState) bool {
	return u.Role == RoleOwner && !u.IsBot && !slices.ContainsFunc(sorted(s.users), func(x *userState) bool {
		return x != u && x.active && !x.IsBot && x.Role == RoleOwner
	})
}

func (s *Server) removeUser(c *call) answer {
	if len([]rune(c.str("deactivation_notification_comment", ""))) > 2000 {
		c.reject(badRequest("deactivation_notification_comment is too long (limit: 2000 characters)"))
	}
	u, bad := s.pathUser(c)
	switch {
	case bad != nil:
		return *bad
	case u.IsBot:
		return badRequest("No such user")
	case !u.active:
		return badRequest("User is deactivated")
	case !c.user.isAdmin():
		return badRequest("Insufficient permission")
	case u.Role == RoleOwner && c.user.Role != RoleOwner:
		return *mustBe("owner")
	case s.lastOwner(u):
		return badRequest("Cannot deactivate the only organization owner")
	}
	s.deactivate(u)
	return ok(nil)
}

func (s *Server) removeSelf(c *call) answer {
	active := 0
	for _, u := range s.users {
		if u.active && !u.system {
			active++
		}
	}
	if last := s.lastOwner(c.user); last || active == 1 {
		entity := map[bool]string{true: "organization owner", false: "user"}[last]
		return fail(http.StatusBadRequest, "CANNOT_DEACTIVATE_LAST_USER", fmt.Sprintf("Cannot deactivate the only %s.", entity)).
			with("entity", entity).with("is_last_owner", last)
	}
	s.deactivate(c.user)
	return ok(nil)
}

func (s *Server) reactivateUser(c *call) answer {
	u, bad := s.pathOther(c)
	switch {
	case bad != nil:
		return *bad
	case u.active:
		return badRequest("User is already active")
	}
	s.reactivate(u)
	return ok(nil)
}

// getUserChannels lists the channels of a user that the caller may know of.
func (s *Server) getUserChannels(c *call) answer {
	u, bad := s.pathUser(c)
	if bad != nil {
		return *bad
	}
	ids := []int{}
	for _, ch := range s.sortedChannels() {
		if ch.subs[u.ID] && !ch.archived && (s.mayKnow(c.user, ch) || c.user.isAdmin()) {
			ids = append(ids, ch.ID)
		}
	}
	return ok(map[string]any{"subscribed_channel_ids": ids})
}
