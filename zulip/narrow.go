package zulip

import "context"

// NarrowTerm is one condition of a message search; a list of terms means all of them. The functions whose names begin
// with Narrow make one for each word of the search; [NarrowTerm.Not] turns it round. The zero value is not a term.
type NarrowTerm struct {
	// Operator is Zulip's search word, as "stream" (a channel), "topic", "is", "sender", "dm", "search".
	Operator string `json:"operator"`
	// Operand is a string, or a number or list of numbers where the operator takes ids.
	Operand any `json:"operand"`
	// Negated turns the condition round.
	Negated bool `json:"negated,omitempty"`
}

// Not is the opposite of the term.
func (t NarrowTerm) Not() NarrowTerm {
	t.Negated = !t.Negated
	return t
}

// NarrowChannel keeps messages of one channel.
func NarrowChannel(id ChannelID) NarrowTerm { return NarrowTerm{Operator: "stream", Operand: id} }

// NarrowChannelNamed is [NarrowChannel] for a channel known by name.
func NarrowChannelNamed(name string) NarrowTerm {
	return NarrowTerm{Operator: "stream", Operand: name}
}

// NarrowPublicChannels keeps messages of all public channels, subscribed or not: without it a search covers the
// caller's own history.
func NarrowPublicChannels() NarrowTerm { return publicChannels }

// NarrowWebPublicChannels keeps messages of the channels that everybody on the internet can read.
func NarrowWebPublicChannels() NarrowTerm {
	return NarrowTerm{Operator: "streams", Operand: "web-public"}
}

// NarrowTopic keeps messages of one topic.
func NarrowTopic(topic string) NarrowTerm { return NarrowTerm{Operator: "topic", Operand: topic} }

// NarrowSender keeps messages that one user sent.
func NarrowSender(id UserID) NarrowTerm { return NarrowTerm{Operator: "sender", Operand: id} }

// NarrowSenderEmail is [NarrowSender] for a user named by Zulip e-mail.
func NarrowSenderEmail(email string) NarrowTerm {
	return NarrowTerm{Operator: "sender", Operand: email}
}

// NarrowDirect keeps the direct messages between the caller and exactly these users.
func NarrowDirect(ids ...UserID) NarrowTerm { return NarrowTerm{Operator: "dm", Operand: ids} }

// NarrowDirectIncluding keeps the direct messages of all conversations that the user takes part in.
func NarrowDirectIncluding(id UserID) NarrowTerm {
	return NarrowTerm{Operator: "dm-including", Operand: id}
}

// NarrowMentions keeps messages that mention the user. Zulip 12 (feature level 446).
func NarrowMentions(id UserID) NarrowTerm { return NarrowTerm{Operator: "mentions", Operand: id} }

// MessageState is what [NarrowIs] looks for. Later servers may add values.
type MessageState string

// The states of today. IsFollowed needs Zulip 9 (feature level 265), IsMuted Zulip 10 (feature level 366).
const (
	IsDirect    MessageState = "dm"
	IsMentioned MessageState = "mentioned"
	IsAlerted   MessageState = "alerted"
	IsUnread    MessageState = "unread"
	IsStarred   MessageState = "starred"
	IsResolved  MessageState = "resolved"
	IsFollowed  MessageState = "followed"
	IsMuted     MessageState = "muted"
)

// NarrowIs keeps messages in a state.
func NarrowIs(state MessageState) NarrowTerm {
	return NarrowTerm{Operator: "is", Operand: string(state)}
}

// MessagePart is what [NarrowHas] looks for. Later servers may add values.
type MessagePart string

// The parts of today. HasReaction needs Zulip 9 (feature level 249).
const (
	HasLink       MessagePart = "link"
	HasAttachment MessagePart = "attachment"
	HasImage      MessagePart = "image"
	HasReaction   MessagePart = "reaction"
)

// NarrowHas keeps messages that contain something.
func NarrowHas(part MessagePart) NarrowTerm {
	return NarrowTerm{Operator: "has", Operand: string(part)}
}

// NarrowSearch keeps messages that contain the words.
func NarrowSearch(words string) NarrowTerm { return NarrowTerm{Operator: "search", Operand: words} }

// Ids of messages are strings because Zulip 7 takes no numbers for them.

// NarrowID keeps one message.
func NarrowID(id MessageID) NarrowTerm { return NarrowTerm{Operator: "id", Operand: idText(id)} }

// NarrowNear keeps everything; it makes a link that opens at the message. To fetch messages around one, use [AnchorAt].
func NarrowNear(id MessageID) NarrowTerm { return NarrowTerm{Operator: "near", Operand: idText(id)} }

// NarrowWith keeps the conversation in which the message is now, wherever it was moved.
// Zulip 9 (feature level 271).
func NarrowWith(id MessageID) NarrowTerm { return NarrowTerm{Operator: "with", Operand: idText(id)} }

// publicChannels selects the history of all public channels, subscribed or not.
var publicChannels = NarrowTerm{Operator: "streams", Operand: "public"}

// narrowLevels are the feature levels of what the oldest supported server does not know; the key is the operator or the
// operator with its operand.
var narrowLevels = map[string]int{
	"has:reaction": 249, "is:followed": 265, "with": 271, "is:muted": 366, "mentions": 446,
}

// checkNarrow refuses a search that the server is too old for.
func (c *Client) checkNarrow(ctx context.Context, op string, terms []NarrowTerm) error {
	level := 0
	for _, term := range terms {
		level = max(level, narrowLevels[term.Operator])
		if operand, ok := term.Operand.(string); ok {
			level = max(level, narrowLevels[term.Operator+":"+operand])
		}
	}
	if level == 0 {
		return nil
	}
	return c.requires(ctx, op, level)
}

// registerNarrow is the form of a narrow that POST /register takes: pairs of strings. It has no negation, and the server
// compares the operands with names: an id would match nothing, silently.
func registerNarrow(terms []NarrowTerm) ([][2]string, error) {
	pairs := make([][2]string, 0, len(terms))
	for _, term := range terms {
		if term.Negated {
			return nil, errNegatedNarrow
		}
		operand, ok := term.Operand.(string)
		if !ok {
			return nil, errNarrowByID
		}
		pairs = append(pairs, [2]string{term.Operator, operand})
	}
	return pairs, nil
}
