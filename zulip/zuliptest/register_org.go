package zuliptest

import "maps"

// addOrgState adds the parts of the state that are not about messages, people or channels.
func (s *Server) addOrgState(state map[string]any, c *call, q *queue, wants func(string) bool) {
	parts := map[string]func(){
		"user_status":           func() { state["user_status"] = s.statusObjects() },
		"realm_user_groups":     func() { state["realm_user_groups"] = s.groupObjects(q.knows["include_deactivated_groups"]) },
		"custom_profile_fields": func() { state["custom_profile_fields"] = s.fieldObjects() },
		"realm_emoji":           func() { state["realm_emoji"] = s.emojiObjects() },
		"realm_linkifiers":      func() { state["realm_linkifiers"] = s.getLinkifiers(c).body["linkifiers"] },
		"muted_users":           func() { state["muted_users"] = c.user.mutedObjects() },
		"muted_topics":          func() { state["muted_topics"] = c.user.mutedTopics(s, q.form()) },
		"user_topic":            func() { state["user_topics"] = c.user.topicObjects(q.form()) },
		"alert_words":           func() { state["alert_words"] = s.getAlertWords(c).body["alert_words"] },
		"default_streams":       func() { state["realm_default_streams"] = s.defaultChannels() },
		"user_settings":         func() { state["user_settings"] = s.keep(c.user.allSettings(), settingKeys) },
		"presence":              func() { s.addPresence(state, q) },
	}
	if s.featureLevel >= 389 {
		parts["channel_folders"] = func() { state["channel_folders"] = s.folderObjects(true) }
	}
	for kind, add := range parts {
		if wants(kind) {
			add()
		}
	}
}

func (s *Server) statusObjects() map[string]any {
	all := map[string]any{}
	for id, u := range s.users {
		if obj := u.status.object(); len(obj) > 0 && u.active {
			all[itoa(id)] = obj
		}
	}
	return all
}

func (s *Server) addPresence(state map[string]any, q *queue) {
	maps.Copy(state, map[string]any{
		"presences": s.legacyPresences(), "server_timestamp": stamp(s.now()), "presence_last_update_id": s.presences,
	})
	if q.slimPresence || q.knows["simplified_presence_events"] {
		state["presences"] = s.modernPresences()
	}
}
