package contract

import (
	"maps"
	"slices"
	"strings"
)

// A harvest is which fields of each answer the client reads, by the operation's name.
type harvest map[string]*fields

type fields struct{ read, unread map[string]bool }

// add notes what one more method, or one more example, shows. A field that is read once is read.
func (h harvest) add(operation string, f fields) {
	if h[operation] == nil {
		h[operation] = &fields{map[string]bool{}, map[string]bool{}}
	}
	maps.Copy(h[operation].read, f.read)
	maps.Copy(h[operation].unread, f.unread)
}

// lost lists the fields that are never read although there is no reason for it.
func (h harvest) lost(reasons []*leftOutFields) (list []string) {
	for _, operation := range slices.Sorted(maps.Keys(h)) {
		for _, field := range slices.Sorted(maps.Keys(h[operation].unread)) {
			covered := func(r *leftOutFields) bool { return r.cover(operation, field) }
			if !h[operation].read[field] && !slices.ContainsFunc(reasons, covered) {
				list = append(list, operation+" "+field)
			}
		}
	}
	return list
}

// leftOutFields are fields that the client has no place for.
type leftOutFields struct {
	reason string
	// operations are the beginnings of the names of what it is about; none means all.
	operations []string
	// fields are names as in a leaf, or the ends of such, or what such begin with.
	fields []string
	// used are the fields that were left out indeed.
	used map[string]bool
}

func (l *leftOutFields) cover(operation, field string) bool {
	about := func(name string) bool { return strings.HasPrefix(operation, name) }
	if len(l.operations) > 0 && !slices.ContainsFunc(l.operations, about) {
		return false
	}
	for _, name := range l.fields {
		if field == name || strings.HasSuffix(field, "."+name) || strings.HasPrefix(field, name+".") || strings.HasPrefix(field, name+"[]") {
			l.used[name] = true
			return true
		}
	}
	return false
}

// needlessReasons are for fields that the client reads after all, or that are nowhere.
func needlessReasons(reasons []*leftOutFields) (list []string) {
	for _, r := range reasons {
		for _, name := range r.fields {
			if !r.used[name] {
				list = append(list, name+": "+r.reason)
			}
		}
	}
	return list
}

// leftAlone are all fields that the client leaves out.
func leftAlone() []*leftOutFields {
	reasons := []*leftOutFields{
		{
			reason: "the description advises against keeping it, its meaning has changed twice",
			fields: []string{"recipient_id"},
		},
		{
			reason: "left over from organisations that mirror another service",
			fields: []string{"is_mirror_dummy", "sender_realm_str"},
		},
		{
			reason: "for Zulip's own accounting, and gone since feature level 363",
			fields: []string{"is_billing_admin"},
		},
		{
			reason: "internal to the server: which of its programs made the HTML",
			fields: []string{"prev_rendered_content_version"},
		},
		{
			reason:     "the older form of a field that the client reads",
			operations: []string{"GET /messages/{message_id}", "GET /server_settings", "POST /user_uploads", "event"},
			fields:     []string{"raw_content", "realm_uri", "uri", "user", "away", "operation"},
		},
		{
			reason:     "deprecated",
			operations: []string{"GET /users/me", "GET /server_settings"},
			fields:     []string{"max_message_id", "authentication_methods"},
		},
		{
			reason:     "how people log in with a browser",
			operations: []string{"GET /server_settings"},
			fields: []string{
				"external_authentication_methods", "email_auth_enabled", "require_email_format_usernames", "is_incompatible",
			},
		},
		{
			reason:     "what the caller has said itself",
			operations: []string{"GET /events", "POST /fetch_api_key"},
			fields:     []string{"queue_id", "user_id"},
		},
		{
			reason:     "the caller may leave what it is not in, and is told nothing about it",
			operations: []string{"DELETE /users/me/subscriptions"},
			fields:     []string{"removed", "not_removed"},
		},
		{
			reason:     "Client.Attachments has them all",
			operations: []string{"PATCH /messages/{message_id}"},
			fields:     []string{"detached_uploads"},
		},
		{
			reason:     "said by other fields of the event: there is a channel, or there is none",
			operations: []string{"event delete_message", "event typing"},
			fields:     []string{"message_type"},
		},
		{
			reason:     "the user's or channel's number says it, as in all other events",
			operations: []string{"event"},
			fields:     []string{"sender.email", "recipients[].email", "email", "stream_name", "recipient.type"},
		},
		{
			reason:     "other sizes and the origin of the picture",
			operations: []string{"event realm_user/update"},
			fields:     []string{"avatar_source", "avatar_url_medium"},
		},
		{
			reason:     "for programs that count unread messages without asking; Client.MessagesByID tells",
			operations: []string{"event update_message_flags/remove"},
			fields:     []string{"message_details"},
		},
		{
			reason:     "about the organisation that the client belongs to, and what it paid for",
			operations: []string{"event realm"},
			fields:     []string{"realm_id", "extra_data"},
		},
		{
			reason:     "it does not tell what runs now",
			operations: []string{"event restart"},
			fields:     []string{"zulip_merge_base"},
		},
	}
	for _, r := range reasons {
		r.used = map[string]bool{}
	}
	return reasons
}
