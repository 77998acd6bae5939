package zuliptest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"time"
)

const (
	maxContent    = 10_000 // code points
	maxTopic      = 60     // code points
	contentCutOff = "\n[message truncated]"
	topicCutOff   = "..."
	// emptyTopicName stands for the empty topic in answers to clients that do not know it.
	emptyTopicName = "general chat"
	realmName      = "zuliptest"
)

// version is the Zulip version that goes with the feature level.
func (s *Server) version() string {
	for _, v := range []struct {
		level int
		name  string
	}{{502, "13.0-dev"}, {425, "12.0"}, {421, "11.0"}, {378, "11.0-dev"}, {377, "10.0"}, {277, "9.0"}, {237, "8.0"}} {
		if s.featureLevel >= v.level {
			return v.name
		}
	}
	return "7.0"
}

func (s *Server) getServerSettings(c *call) answer {
	site := "http://" + c.host
	return ok(s.keep(map[string]any{
		"authentication_methods": map[string]bool{
			"password": true, "dev": false, "email": true, "ldap": false, "remoteuser": false, "github": false,
			"azuread": false, "gitlab": false, "google": false, "apple": false, "saml": false, "openid connect": false,
		},
		"external_authentication_methods": []any{},
		"zulip_feature_level":             s.featureLevel,
		"zulip_version":                   s.version(),
		"zulip_merge_base":                s.version(),
		"push_notifications_enabled":      false,
		"is_incompatible":                 false,
		"email_auth_enabled":              true,
		"require_email_format_usernames":  true,
		"realm_url":                       site,
		"realm_uri":                       site,
		"realm_name":                      realmName,
		"realm_icon":                      site + "/realm_icon.png",
		"realm_description":               "<p>The " + realmName + " organization.</p>",
		"realm_web_public_access_enabled": false,
	}, stateKeys))
}

func (s *Server) register(c *call) answer {
	q := &queue{
		user: c.user.ID, timeout: idleTimeout, merged: map[string]*queued{}, pruned: -1, polled: time.Now(),
		markdown: c.flag("apply_markdown", false), gravatar: c.flag("client_gravatar", true),
		allPublic: c.flag("all_public_streams", false),
	}
	q.types = typeSet(c, "event_types")
	fetch := typeSet(c, "fetch_event_types")
	if fetch == nil {
		fetch = q.types
	}
	var capabilities map[string]bool
	if c.json("client_capabilities", &capabilities) {
		if _, given := capabilities["notification_settings_null"]; !given {
			c.reject(badRequest("client_capabilities[\"notification_settings_null\"] field is missing"))
		}
	}
	q.knows = capabilities
	q.emptyTopic, q.bulkDelete = capabilities["empty_topic_name"], capabilities["bulk_message_deletion"]
	q.chanTyping = capabilities["stream_typing_notifications"]
	q.subscribers = c.str("include_subscribers", "false") == "true"
	var narrow [][]string
	c.json("narrow", &narrow)
	q.slimPresence = c.flag("slim_presence", false)
	c.accept("presence_history_limit_days")
	life := "queue_lifespan_secs"
	if s.featureLevel >= 481 {
		life = "idle_queue_timeout"
	}
	s.readTimeout(c, life, q)
	if c.bad != nil {
		return *c.bad
	}
	terms, bad := s.compileRegister(c.user, narrow)
	if bad != nil {
		return *bad
	}
	q.narrow = terms
	s.lastQueue++
	sum := sha256.Sum256(fmt.Appendf(nil, "queue %d of server %d", s.lastQueue, s.generation))
	h := hex.EncodeToString(sum[:16])
	q.id = h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	s.queues[q.id] = q
	s.announce()

	state := map[string]any{
		"queue_id": q.id, "last_event_id": -1, "zulip_feature_level": s.featureLevel,
		"zulip_version": s.version(), "zulip_merge_base": s.version(),
	}
	if s.featureLevel >= 481 {
		state["idle_queue_timeout_secs"] = int(q.timeout.Seconds())
	}
	s.addState(state, c, q, func(kind string) bool { return fetch == nil || fetch[kind] })
	return ok(state)
}

// typeSet reads a list of event types; nil is all, and what absence and JSON's null mean.
func typeSet(c *call, name string) map[string]bool {
	var list []string
	if !c.json(name, &list) || list == nil {
		return nil
	}
	set := map[string]bool{}
	for _, t := range list {
		set[t] = true
	}
	return set
}

// readTimeout reads for how long the queue may go without a poll.
func (s *Server) readTimeout(c *call, name string, q *queue) {
	if s.featureLevel >= 481 && c.str(name, "") == "mobile" {
		q.timeout = 12 * time.Hour
		return
	}
	n := c.integer(name, 0)
	if c.has(name) && n < 1 {
		c.reject(fail(http.StatusBadRequest, "REQUEST_VARIABLE_INVALID", "Bad value for '"+name+"'").with("var_name", name))
	}
	switch d := time.Duration(min(n, int(maxIdleTimeout/time.Second))) * time.Second; {
	case d <= 0:
	case s.featureLevel < 481 && d < idleTimeout: // the older parameter can only make it longer
	default:
		q.timeout = d
	}
}

// addState adds the parts of the organization's state that were asked for.
func (s *Server) addState(state map[string]any, c *call, q *queue, wants func(string) bool) {
	if wants("message") {
		state["max_message_id"] = s.lastSeen(c.user)
	}
	if wants("realm") {
		site := "http://" + c.host
		maps.Copy(state, map[string]any{
			"realm_name": realmName, "realm_url": site, "realm_uri": site, "realm_bot_domain": "zulip.example",
			"realm_description": "The " + realmName + " organization.", "realm_default_language": "en",
			"realm_allow_message_editing": true, "realm_message_content_edit_limit_seconds": s.editLimitSeconds(),
			"realm_message_content_delete_limit_seconds": nil, "realm_empty_topic_display_name": emptyTopicName,
			"realm_mandatory_topics": false, "realm_enable_read_receipts": !s.noReceipts, "realm_presence_disabled": false,
			"max_message_length": maxContent, "max_topic_length": maxTopic,
			"max_stream_name_length": 60, "max_stream_description_length": 1024,
			"max_file_upload_size_mib": s.maxUploadMiB(), "event_queue_longpoll_timeout_seconds": 90,
			"server_generation": s.generation, "server_presence_ping_interval_seconds": 60,
			"server_presence_offline_threshold_seconds":        200,
			"server_typing_started_expiry_period_milliseconds": 15_000,
			"server_typing_stopped_wait_period_milliseconds":   5_000,
			"server_typing_started_wait_period_milliseconds":   10_000,
			"server_needs_upgrade":                             false,
			"development_environment":                          false,
		})
	}
	if wants("realm_user") {
		s.addUserState(state, c)
	}
	if wants("subscription") {
		s.addSubscriptionState(state, c, q)
	}
	if wants("stream") {
		list := []any{}
		for _, ch := range s.sortedChannels() {
			if s.mayKnow(c.user, ch) {
				list = append(list, s.channelObject(ch))
			}
		}
		state["streams"] = list
	}
	s.addOrgState(state, c, q, wants)
	s.keep(state, stateKeys)
}

func (s *Server) editLimitSeconds() any {
	if s.editLimit <= 0 {
		return nil
	}
	return int(s.editLimit.Seconds())
}

func (s *Server) addUserState(state map[string]any, c *call) {
	active, gone := []any{}, []any{}
	for _, u := range s.sortedUsers() {
		o := s.userObject(u, true, true)
		delete(o, "is_active") // the list says it
		if u.active {
			active = append(active, o)
		} else {
			gone = append(gone, o)
		}
	}
	u := c.user
	if s.featureLevel < 363 {
		state["is_billing_admin"] = false
	}
	maps.Copy(state, map[string]any{
		"realm_users": active, "realm_non_active_users": gone, "cross_realm_bots": []any{s.notifierObject()},
		"user_id": u.ID, "email": u.Email, "delivery_email": u.Email, "full_name": u.FullName,
		"is_owner": u.Role == RoleOwner, "is_admin": u.isAdmin(), "is_moderator": u.Role == RoleModerator,
		"is_guest": u.Role == RoleGuest, "avatar_source": "G", "avatar_url": avatar(u), "avatar_url_medium": avatar(u),
		"can_create_streams": u.Role != RoleGuest, "can_create_public_streams": u.Role != RoleGuest,
		"can_create_private_streams": u.Role != RoleGuest, "can_subscribe_other_users": u.Role != RoleGuest,
		"can_invite_others_to_realm": u.isAdmin(),
	})
}

func (s *Server) addSubscriptionState(state map[string]any, c *call, q *queue) {
	in, never := []any{}, []any{}
	for _, ch := range s.sortedChannels() {
		switch {
		case ch.subs[c.user.ID]:
			in = append(in, s.subscriptionObject(c.user, ch, q.subscribers))
		case s.mayKnow(c.user, ch):
			obj := s.channelObject(ch)
			if q.subscribers {
				obj["subscribers"] = s.subscribers(ch)
			}
			never = append(never, obj)
		}
	}
	state["subscriptions"], state["unsubscribed"], state["never_subscribed"] = in, []any{}, never
}
