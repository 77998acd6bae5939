package zuliptest

import (
	"maps"
	"slices"
	"strings"
)

// A channelChange is what changes about a channel, by the names that events use.
type channelChange map[string]any

func (s *Server) patchChannel(c *call) answer {
	ch, bad := s.adminChannel(c)
	if bad != nil {
		return *bad
	}
	next := *ch
	changed := ch.settings.changes(s, c)
	next.Description = strings.ReplaceAll(c.str("description", ch.Description), "\n", " ")
	next.policy = c.str("topics_policy", ch.policy)
	next.Private = c.flag("is_private", ch.Private)
	next.webPublic = c.flag("is_web_public", ch.webPublic)
	otherwise := !ch.hiddenHistory
	if next.Private != ch.Private {
		otherwise = !next.Private
	}
	next.hiddenHistory = !c.flag("history_public_to_subscribers", otherwise)
	next.isDefault = c.flag("is_default_stream", ch.isDefault)
	next.archived = c.flag("is_archived", ch.archived)
	if c.has("message_retention_days") {
		next.retention = readRetention(c)
	}
	var folder *int
	if c.json("folder_id", &folder) {
		next.folder = folder
	}
	name, bad := s.checkNewName(c, ch)
	switch {
	case bad != nil:
		c.reject(*bad)
	case !slices.Contains(topicsPolicies, next.policy):
		c.reject(invalid("topics_policy"))
	case len([]rune(next.Description)) > maxChannelDescription:
		c.reject(badRequest("description is too long (limit: 1024 characters)"))
	}
	if bad := s.checkChannel(c.user, &next); bad != nil {
		c.reject(*bad)
	}
	if c.has("is_private") && !ch.subs[c.user.ID] && ch.Private {
		c.reject(badRequest("Invalid channel ID"))
	}
	if c.bad != nil {
		return *c.bad
	}
	next.Name = name
	s.changeChannel(ch, next, changed)
	return ok(nil)
}

func (s *Server) checkNewName(c *call, ch *channelState) (string, *answer) {
	if !c.has("new_name") {
		return ch.Name, nil
	}
	name, bad := s.checkChannelName(c.values.Get("new_name"))
	switch {
	case bad != nil:
		return "", bad
	case name == ch.Name:
		return "", refuse("Channel already has that name.")
	case !strings.EqualFold(name, ch.Name) && s.channelByName(name) != nil:
		if s.featureLevel < channelWords {
			return "", refuse("Stream name '" + name + "' is already taken.")
		}
		return "", refuse("Channel name already in use.")
	}
	return name, nil
}

// changeChannel makes the channel be as next says and tells the queues, one event for each property.
func (s *Server) changeChannel(ch *channelState, next channelState, changed settings) {
	before := *ch
	next.settings = ch.settings
	*ch = next
	if before.isDefault != ch.isDefault {
		s.emitDefaults()
	}
	oldName := before.Name
	properties := channelChange{}
	if before.Name != ch.Name {
		properties["name"] = ch.Name
	}
	if before.Description != ch.Description {
		properties["description"] = ch.Description
	}
	if before.policy != ch.policy {
		properties["topics_policy"] = ch.policy
	}
	if !same(before.retention, ch.retention) {
		properties["message_retention_days"] = ch.retention
	}
	if !same(before.folder, ch.folder) {
		properties["folder_id"] = ch.folder
	}
	for name, value := range changed {
		ch.settings[name], properties[name] = value, value
	}
	if before.Private != ch.Private || before.hiddenHistory != ch.hiddenHistory || before.webPublic != ch.webPublic {
		properties["invite_only"] = ch.Private
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		s.emitChannel(ch, oldName, name, properties[name])
	}
	if before.archived != ch.archived {
		s.emitArchived(ch)
	}
}

func same(a, b *int) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// emitChannel tells those who know the channel about a new value.
func (s *Server) emitChannel(ch *channelState, oldName, property string, value any) {
	s.emit("stream", func(u *userState) bool { return s.mayKnow(u, ch) }, func(*queue) event {
		e := event{"op": "update", "stream_id": ch.ID, "name": oldName, "property": property, "value": value}
		switch property {
		case "description":
			e["rendered_description"] = s.render(ch.Description)
		case "invite_only":
			e["history_public_to_subscribers"], e["is_web_public"] = !ch.hiddenHistory, ch.webPublic
		}
		return e
	})
}

// emitArchived tells that the channel came or went: as a property to clients that know archived channels, else as a deletion.
func (s *Server) emitArchived(ch *channelState) {
	s.emit("stream", func(u *userState) bool { return s.mayKnow(u, ch) }, func(q *queue) event {
		switch {
		case q.knows["archived_channels"] && s.featureLevel >= 378:
			return event{"op": "update", "stream_id": ch.ID, "name": ch.Name, "property": "is_archived", "value": ch.archived}
		case ch.archived && s.featureLevel < 343:
			return event{"op": "delete", "streams": []any{s.channelObject(ch)}}
		case ch.archived:
			return event{
				"op": "delete", "stream_ids": []int{ch.ID}, "streams": []any{map[string]any{"stream_id": ch.ID}},
			}
		}
		return event{"op": "create", "streams": []any{s.channelObject(ch)}}
	})
}

func (s *Server) archiveChannel(c *call) answer {
	ch, bad := s.adminChannel(c)
	switch {
	case bad != nil:
		return *bad
	case ch.archived:
		return badRequest("Channel is already deactivated")
	}
	s.setArchived(ch, true)
	return ok(nil)
}

func (s *Server) setArchived(ch *channelState, archived bool) {
	next := *ch
	next.archived = archived
	if archived {
		next.isDefault = false
	}
	s.changeChannel(ch, next, nil)
}

// ArchiveChannel takes a channel out of use: it is listed no more and takes no messages, but can be read.
// It panics when the channel is unknown.
func (s *Server) ArchiveChannel(channel *Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setArchived(s.mustChannel("ArchiveChannel", channel), true)
}
