package contract

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// rawKinds are the events that reach the program as JSON, by what they are about.
var rawKinds = map[string][]string{
	"how the person's own apps look": {
		"user_settings", "update_display_settings", "update_global_notifications", "onboarding_steps", "navigation_view", "saved_snippets",
		"drafts", "muted_topics", "has_zoom_token", "push_device", "web_reload_client",
	},
	"how the organisation is set up": {
		"realm_bot", "realm_domains", "realm_export", "realm_export_consent", "realm_filters", "realm_playgrounds",
		"realm_user_settings_defaults", "default_stream_groups", "invites_changed",
	},
}

// rawBefore are events that had another form before a feature level.
var rawBefore = map[string]int{"default_streams": 330}

// readEvents polls each example of an event: it is read into fields of its own or kept as JSON.
func readEvents(t *testing.T, d *description, found harvest) {
	t.Helper()
	typed := map[string]bool{}
	for i, variant := range variants(properties(d.success("GET /events"))["events"].Items) {
		example, _ := exampleOf(variant).(map[string]any)
		require.NotNil(t, example, "event %d has no example", i)
		for range 2 { // as it is, and with all fields
			event := poll(t, d, example)
			assert.Equal(t, example["type"], event.Type)
			typed[event.Type] = event.Raw == nil
			found.add("event "+strings.TrimSuffix(event.Type+"/"+event.Op, "/"), reading(example, func(changed object) bool {
				return !reflect.DeepEqual(poll(t, d, changed), event)
			}))
			fill(variant, example, 0)
		}
	}
	for _, kinds := range rawKinds {
		for _, kind := range kinds {
			assert.False(t, typed[kind], "%s is listed as raw and is not", kind)
			delete(typed, kind)
		}
	}
	for kind, is := range typed {
		assert.True(t, is || d.level < rawBefore[kind], "%s is raw and is not listed", kind)
	}
}

// poll reads one event.
func poll(t *testing.T, d *description, event object) zulip.Event {
	t.Helper()
	s := newStub(t, d)
	s.answers["GET /events"] = object{"result": "success", "msg": "", "queue_id": "fb67bf8a", "events": []any{event}}
	events, err := s.client(s).GetEvents(t.Context(), zulip.EventsRequest{QueueID: "fb67bf8a", LastEventID: -1})
	if err != nil {
		return zulip.Event{Type: err.Error()} // a change that is noticed, too
	}
	require.Len(t, events, 1)
	return events[0]
}
