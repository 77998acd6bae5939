package zuliptest

func (s *Server) postDefaultChannel(c *call) answer {
	return s.changeDefault(c, true)
}

func (s *Server) removeDefaultChannel(c *call) answer {
	return s.changeDefault(c, false)
}

func (s *Server) changeDefault(c *call, isDefault bool) answer {
	c.need("stream_id")
	ch := s.channels[c.integer("stream_id", -1)]
	switch {
	case c.bad != nil:
		return *c.bad
	case ch == nil || !s.mayKnow(c.user, ch) && isDefault:
		return badRequest("Invalid channel ID")
	case ch.Private && isDefault:
		return badRequest("Private channels cannot be made default.")
	}
	if ch.isDefault != isDefault {
		ch.isDefault = isDefault
		s.emitDefaults()
	}
	return ok(nil)
}

// defaultChannels are the ids of the channels that new users are subscribed to; older servers tell the channels.
func (s *Server) defaultChannels() []any {
	list := []any{}
	for _, ch := range s.sortedChannels() {
		switch {
		case !ch.isDefault:
		case s.featureLevel < 330:
			o := s.channelObject(ch)
			delete(o, "stream_weekly_traffic")
			list = append(list, o)
		default:
			list = append(list, ch.ID)
		}
	}
	return list
}

func (s *Server) emitDefaults() {
	to := func(u *userState) bool { return u.Role != RoleGuest }
	s.emit("default_streams", to, func(*queue) event { return event{"default_streams": s.defaultChannels()} })
}
