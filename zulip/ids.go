package zulip

// UserID is the number that the server gives to a user or a bot.
type UserID int64

// ChannelID is the number of a channel; the API also calls it stream_id.
type ChannelID int64

// MessageID is the number of a message.
// Ids come from one sequence of the whole server and grow with time, with gaps.
type MessageID int64
