package chatops

import "slices"

// Role returns what somebody may do in a room; the room "" stands for direct messages. Without a target it is the most
// that he may do anywhere in there, and with a target that names no template, the most that he may do with any template
// of the project: enough to be shown that it exists. With a template it is what he may do with that. Of several targets
// the least counts. Users and rooms are compared character by character.
//
// Grants for certain rooms do not hold in direct messages.
func (p *Policy) Role(user UserID, room RoomID, targets ...TargetRef) Role {
	if !p.listens(room) {
		return Nobody
	}
	if len(targets) == 0 {
		return p.granted(user, room, func(Scope) bool { return true })
	}
	least := Admin
	for _, t := range targets {
		least = min(least, p.granted(user, room, func(s Scope) bool { return s.touches(t) }))
	}
	return least
}

// wholeProject is the role that somebody has for everything in a project.
func (p *Policy) wholeProject(user UserID, room RoomID, project TargetRef) Role {
	if !p.listens(room) {
		return Nobody
	}
	return p.granted(user, room, func(s Scope) bool { return len(s.Templates) == 0 && s.touches(project) })
}

// everywhere is the role that somebody has for all projects.
func (p *Policy) everywhere(user UserID, room RoomID) Role {
	if !p.listens(room) {
		return Nobody
	}
	return p.granted(user, room, func(s Scope) bool { return len(s.Projects) == 0 && len(s.Templates) == 0 })
}

// granted is the highest role of the user's grants whose scope fits.
func (p *Policy) granted(user UserID, room RoomID, fits func(Scope) bool) Role {
	role := Nobody
	for _, g := range p.Grants {
		if slices.Contains(g.Users, user) && g.inRoom(room) && fits(g.Scope) {
			role = max(role, g.Role)
		}
	}
	return role
}

// listens says whether commands count in a room.
func (p *Policy) listens(room RoomID) bool {
	if room == "" {
		return p.Direct
	}
	return slices.Contains(p.Rooms, room)
}

// place is the room by which the policy judges an event: "" for a direct conversation that it does not name itself.
func (p *Policy) place(in Incoming) RoomID {
	if in.Direct && !slices.Contains(p.Rooms, in.Room) {
		return ""
	}
	return in.Room
}

// role is the role of who caused an event, where he caused it.
func (p *Policy) role(in Incoming, targets ...TargetRef) Role {
	return p.Role(in.From, p.place(in), targets...)
}
