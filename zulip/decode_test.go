package zulip

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func batchOf(events string) []byte {
	return []byte(`{"result":"success","msg":"","events":[` + events + `]}`)
}

func TestDecodeEvents(t *testing.T) {
	t.Parallel()
	events, err := decodeEvents(batchOf(`
		{"id":1,"type":"message","flags":["mentioned"],"local_message_id":"l1","message":{"id":10,"type":"private","display_recipient":[{"id":5,"full_name":"A"},{"id":6}]}},
		{"id":2,"type":"update_message","message_id":10,"message_ids":[10,11],"user_id":5,"content":"new","orig_subject":"a","subject":"b","stream_id":3,"new_stream_id":4,"rendering_only":false,"edit_timestamp":9},
		{"id":3,"type":"delete_message","message_ids":[10,11],"message_type":"stream","stream_id":3,"topic":"a"},
		{"id":4,"type":"delete_message","message_id":12,"message_type":"private"},
		{"id":5,"type":"reaction","op":"add","user_id":5,"message_id":10,"emoji_name":"tada","emoji_code":"1f389","reaction_type":"unicode_emoji","user":{"user_id":5}},
		{"id":6,"type":"submessage","message_id":10,"sender_id":5,"submessage_id":1,"msg_type":"widget","content":"{}"},
		{"id":7,"type":"subscription","op":"add","subscriptions":[{"stream_id":3,"name":"a","color":"#fff"}]},
		{"id":8,"type":"subscription","op":"peer_add","stream_ids":[3],"user_ids":[5,6]},
		{"id":9,"type":"realm_user","op":"update","person":{"user_id":5,"timezone":"Europe/Berlin"}},
		{"id":10,"type":"user_status","user_id":5,"status_text":"away","emoji_name":"palm_tree","emoji_code":"1f334","reaction_type":"unicode_emoji"},
		{"id":11,"type":"typing","op":"start","sender":{"user_id":5},"recipients":[{"user_id":5},{"user_id":6}],"message_type":"direct"},
		{"id":12,"type":"restart","zulip_version":"11.0","zulip_feature_level":421,"server_generation":7},
		{"id":13,"type":"heartbeat"},
		{"id":14,"type":"subscription","op":"update","stream_id":3,"property":"color","value":"#000"},
		{"id":15,"type":"user_status","user_id":5,"status_text":""},
		{"id":16,"type":"user_status","user_id":5,"emoji_name":"","emoji_code":"","reaction_type":"unicode_emoji"}
	`), &eventBatch{}, nil, false)
	require.NoError(t, err)
	require.Len(t, events, 16)
	assert.Equal(t, []string{"mentioned"}, events[0].Message.Flags)
	assert.Equal(t, "l1", events[0].LocalMessageID)
	assert.Equal(t, UserID(6), events[0].Message.Recipient.Users[1].ID)
	assert.Equal(t, "new", *events[1].UpdateMessage.Content)
	assert.Equal(t, []MessageID{10, 11}, events[1].UpdateMessage.MessageIDs)
	assert.Equal(t, ChannelID(4), events[1].UpdateMessage.NewChannelID)
	assert.Equal(t, []MessageID{10, 11}, events[2].DeleteMessage.MessageIDs)
	assert.Equal(t, []MessageID{12}, events[3].DeleteMessage.MessageIDs)
	assert.Equal(t, "tada", events[4].Reaction.Name)
	assert.Equal(t, "add", events[4].Op)
	assert.Equal(t, "{}", events[5].Submessage.Content)
	assert.Equal(t, "a", events[6].Subscription.Subscriptions[0].Name)
	assert.Equal(t, []UserID{5, 6}, events[7].Subscription.UserIDs)
	assert.Equal(t, "Europe/Berlin", events[8].RealmUser.Person.Timezone)
	assert.Equal(t, "palm_tree", events[9].UserStatus.Emoji.Name)
	assert.True(t, events[9].UserStatus.TextChanged)
	assert.Equal(t, &UserStatusEvent{UserID: 5, TextChanged: true}, events[14].UserStatus, "the text was cleared, the emoji stays")
	assert.Equal(t, &UserStatusEvent{UserID: 5, EmojiChanged: true, Emoji: Emoji{Type: "unicode_emoji"}}, events[15].UserStatus, "and now it goes")
	assert.Equal(t, []UserID{5, 6}, events[10].Typing.Recipients)
	assert.Equal(t, 421, events[11].Restart.ZulipFeatureLevel)
	assert.Equal(t, "color", events[13].Subscription.Property)
	assert.JSONEq(t, `"#000"`, string(events[13].Subscription.Value))
	for _, event := range events {
		assert.Nil(t, event.Raw, event.Type)
	}
}

// What is left of one poll must not show in the next.
func TestDecodeEventsForgetsTheLastBatch(t *testing.T) {
	t.Parallel()
	var batch eventBatch
	_, err := decodeEvents(batchOf(`{"id":1,"type":"message","flags":["read"],"message":{"id":10}},{"id":2,"type":"heartbeat"}`), &batch, nil, false)
	require.NoError(t, err)
	events, err := decodeEvents(batchOf(`{"id":3,"type":"message","message":{"id":11}}`), &batch, nil, false)
	require.NoError(t, err)
	require.Len(t, events, 1)
	assert.Empty(t, events[0].Message.Flags)
}

// Whatever the events are, each comes out once, in order, and none without either a meaning or its JSON.
func FuzzDecodeEvents(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"type":"message","message":{"id":2,"display_recipient":"\u00e4"}}`,
		`{"id":1,"type":"message","message":"no"},{"id":2,"type":"reaction","user_id":"x"}`,
		`{"id":1,"type":"brand_new","op":{"a":[1]}}`, `{"id":"x"}`, `{}`, `null`, `1,2`, `{"id":1,"type":5}`, `{"id":1,"type":"typing","sender":null}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data := batchOf(text)
		events, err := decodeEvents(data, &eventBatch{}, nil, false)
		if err != nil {
			return
		}
		var raw struct{ Events []json.RawMessage }
		require.NoError(t, json.Unmarshal(data, &raw))
		require.Len(t, events, len(raw.Events))
		for _, event := range events {
			assert.True(t, event.decoded() || event.Raw != nil)
		}
	})
}

func TestKeepRawKeepsFieldsThatAreNotKnown(t *testing.T) {
	t.Parallel()
	known := `{"id":1,"type":"message","flags":[],"message":{"id":10,"mood":"new"}}`
	for _, batch := range []string{known, known + `,{"id":2,"type":"message","message":7}`} {
		events, err := decodeEvents(batchOf(batch), &eventBatch{}, nil, true)
		require.NoError(t, err)
		require.NotNil(t, events[0].Message)
		require.JSONEq(t, known, string(events[0].Raw))
	}
	events, err := decodeEvents(batchOf(known), &eventBatch{}, nil, false)
	require.NoError(t, err)
	require.Nil(t, events[0].Raw)
}
