package zuliptest

// notifierID is the id of the bot through which the server itself speaks.
const notifierID = 3

// addNotifier makes the bot that delivers reminders and reports. It belongs to no organization,
// so it is in no list of users and has no role.
func (s *Server) addNotifier() {
	s.notifier = &userState{
		User: User{
			ID: notifierID, FullName: "Notification Bot", Email: "notification-bot@zulip.com",
			APIKey: sha("key of the system's own bot")[:32], IsBot: true, BotType: BotGeneric,
		},
		active: true, system: true, joined: s.now(), personal: newPersonal(),
	}
	s.users[notifierID] = s.notifier
}

// notify sends a direct message in the server's own name.
func (s *Server) notify(u *userState, content string) (*messageState, *answer) {
	return s.send(draft{sender: s.notifier, to: []int{u.ID}, content: content, client: internalClient})
}

// internalClient is what Zulip says is the program behind its own messages.
const internalClient = "Internal"

// notifierObject is the bot as POST /register lists it, apart from the organization's users.
func (s *Server) notifierObject() map[string]any {
	o := s.userObject(s.notifier, true, false)
	o["role"], o["is_system_bot"] = int(RoleMember), true
	return o
}
