package zulip

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each type of event that a program can use comes with its own struct, and none of these needs a second pass.
func TestDecodeFurtherEvents(t *testing.T) {
	t.Parallel()
	for text, wants := range map[string]Event{
		`"type":"update_message_flags","op":"add","flag":"starred","messages":[63],"all":false`:                                            {UpdateMessageFlags: &UpdateMessageFlags{Flag: "starred", MessageIDs: []MessageID{63}}},
		`"type":"typing_edit_message","op":"start","sender_id":9,"message_id":7,"recipient":{"type":"channel","channel_id":3,"topic":"a"}`: {TypingEdit: &TypingEditEvent{SenderID: 9, MessageID: 7, ChannelID: 3, Topic: "a"}},
		`"type":"user_topic","stream_id":1,"topic_name":"tea","last_updated":1594825442,"visibility_policy":3`:                             {UserTopic: &UserTopicEvent{ChannelID: 1, Topic: "tea", Policy: 3, LastUpdated: 1594825442}},
		`"type":"stream","op":"create","streams":[{"stream_id":3,"name":"a"}]`:                                                             {Channel: &ChannelEvent{Channels: []Channel{{ID: 3, Name: "a"}}}},
		`"type":"stream","op":"delete","stream_ids":[3,4]`:                                                                                 {Channel: &ChannelEvent{ChannelIDs: []ChannelID{3, 4}}},
		`"type":"stream","op":"update","stream_id":3,"name":"a","property":"name","value":"b"`:                                             {Channel: &ChannelEvent{ChannelID: 3, Name: "a", Property: "name", Value: []byte(`"b"`)}},
		`"type":"channel_folder","op":"add","channel_folder":{"id":2,"name":"teams"}`:                                                      {ChannelFolder: &ChannelFolderEvent{Folder: &ChannelFolder{ID: 2, Name: "teams"}}},
		`"type":"channel_folder","op":"reorder","order":[2,1]`:                                                                             {ChannelFolder: &ChannelFolderEvent{Order: []ChannelFolderID{2, 1}}},
		`"type":"default_streams","default_streams":[2,3]`:                                                                                 {DefaultChannels: &DefaultChannelsEvent{ChannelIDs: []ChannelID{2, 3}}},
		`"type":"presence","server_timestamp":1.5,"presences":{"10":{"active_timestamp":5,"idle_timestamp":6}}`:                            {Presence: &PresenceEvent{ServerTimestamp: 1.5, Presences: map[UserID]Presence{10: {ActiveTimestamp: 5, IdleTimestamp: 6}}}},
		`"type":"presence","user_id":10,"email":"a@b","server_timestamp":1.5,"presence":{"website":{"status":"idle","timestamp":5}}`:       {Presence: &PresenceEvent{ServerTimestamp: 1.5, Presences: map[UserID]Presence{10: {Website: ClientPresence{Status: "idle", Timestamp: 5}}}}},
		`"type":"user_group","op":"add","group":{"id":2,"name":"backend","members":[12]}`:                                                  {UserGroup: &UserGroupEvent{Group: &UserGroup{ID: 2, Name: "backend", Members: []UserID{12}}}},
		`"type":"user_group","op":"add_members","group_id":2,"user_ids":[10]`:                                                              {UserGroup: &UserGroupEvent{GroupID: 2, UserIDs: []UserID{10}}},
		`"type":"user_group","op":"remove_subgroups","group_id":2,"direct_subgroup_ids":[10]`:                                              {UserGroup: &UserGroupEvent{GroupID: 2, SubgroupIDs: []UserGroupID{10}}},
		`"type":"user_group","op":"update","group_id":2,"data":{"name":"x"}`:                                                               {UserGroup: &UserGroupEvent{GroupID: 2, Data: []byte(`{"name":"x"}`)}},
		`"type":"scheduled_messages","op":"add","scheduled_messages":[{"scheduled_message_id":17,"content":"Hi"}]`:                         {ScheduledMessages: &ScheduledMessagesEvent{Messages: []ScheduledMessage{{ID: 17, Content: "Hi"}}}},
		`"type":"scheduled_messages","op":"update","scheduled_message":{"scheduled_message_id":17}`:                                        {ScheduledMessages: &ScheduledMessagesEvent{Messages: []ScheduledMessage{{ID: 17}}}},
		`"type":"scheduled_messages","op":"remove","scheduled_message_id":17`:                                                              {ScheduledMessages: &ScheduledMessagesEvent{ID: 17}},
		`"type":"reminders","op":"add","reminders":[{"reminder_id":17,"content":"x"}]`:                                                     {Reminders: &RemindersEvent{Reminders: []Reminder{{ID: 17, Content: "x"}}}},
		`"type":"reminders","op":"remove","reminder_id":17`:                                                                                {Reminders: &RemindersEvent{ID: 17}},
		`"type":"attachment","op":"remove","attachment":{"id":1},"upload_space_used":5`:                                                    {Attachment: &AttachmentEvent{Attachment: Attachment{ID: 1}, UploadSpaceUsed: 5}},
		`"type":"alert_words","alert_words":["lunch"]`:                                                                                     {AlertWords: &AlertWordsEvent{Words: []string{"lunch"}}},
		`"type":"muted_users","muted_users":[{"id":5,"timestamp":9}]`:                                                                      {MutedUsers: &MutedUsersEvent{Users: []MutedUser{{ID: 5, Timestamp: 9}}}},
		`"type":"realm","op":"update","property":"name","value":"x"`:                                                                       {Realm: &RealmEvent{Property: "name", Value: []byte(`"x"`)}},
		`"type":"realm","op":"update_dict","property":"default","data":{"a":1}`:                                                            {Realm: &RealmEvent{Property: "default", Data: []byte(`{"a":1}`)}},
		`"type":"realm","op":"deactivated","realm_id":2`:                                                                                   {Realm: &RealmEvent{}},
		`"type":"realm_emoji","op":"update","realm_emoji":{"1":{"id":"1","name":"party"}}`:                                                 {RealmEmoji: &RealmEmojiEvent{Emoji: map[string]CustomEmoji{"1": {ID: "1", Name: "party"}}}},
		`"type":"realm_linkifiers","realm_linkifiers":[{"id":1,"pattern":"#"}]`:                                                            {Linkifiers: &LinkifiersEvent{Linkifiers: []Linkifier{{ID: 1, Pattern: "#"}}}},
		`"type":"custom_profile_fields","fields":[{"id":1,"name":"Office"}]`:                                                               {ProfileFields: &ProfileFieldsEvent{Fields: ProfileFields{{ID: 1, Name: "Office"}}}},
	} {
		events, err := decodeEvents(batchOf(`{"id":1,`+text+`}`), &eventBatch{}, nil, false)
		require.NoError(t, err, text)
		require.Len(t, events, 1)
		wants.ID, wants.Type, wants.Op = 1, events[0].Type, events[0].Op
		assert.Equal(t, wants, events[0], text)
	}
	events, err := decodeEvents(batchOf(`{"id":1,"type":"default_streams","default_streams":[{"stream_id":2}]},{"id":2,"type":"drafts","op":"add"}`), &eventBatch{}, nil, false)
	require.NoError(t, err)
	assert.Contains(t, string(events[0].Raw), "stream_id", "the form of an old server stays as it is")
	assert.Contains(t, string(events[1].Raw), "drafts", "what only a person's client has use for")
}
