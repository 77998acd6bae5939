package zulip

import "encoding/json"

// NarrowTerm is one condition of a message search; a list of terms means all of them.
// The zero value is not a term.
type NarrowTerm struct {
	// Operator is Zulip's search word, as "stream" (a channel), "topic", "is", "sender", "dm", "search".
	Operator string `json:"operator"`
	// Operand is a string, or a number or list of numbers where the operator takes ids.
	Operand any `json:"operand"`
	// Negated turns the condition round.
	Negated bool `json:"negated,omitempty"`
}

// NarrowChannel keeps messages of one channel.
func NarrowChannel(id ChannelID) NarrowTerm { return NarrowTerm{Operator: "stream", Operand: id} }

// NarrowTopic keeps messages of one topic.
func NarrowTopic(topic string) NarrowTerm { return NarrowTerm{Operator: "topic", Operand: topic} }

// NarrowSender keeps messages that one user sent.
func NarrowSender(id UserID) NarrowTerm { return NarrowTerm{Operator: "sender", Operand: id} }

// NarrowDirect keeps the direct messages between the caller and exactly these users.
func NarrowDirect(ids ...UserID) NarrowTerm { return NarrowTerm{Operator: "dm", Operand: ids} }

// NarrowIs keeps messages in a state, such as "dm", "mentioned", "unread" or "starred".
func NarrowIs(state string) NarrowTerm { return NarrowTerm{Operator: "is", Operand: state} }

// NarrowSearch keeps messages that contain the words.
func NarrowSearch(words string) NarrowTerm { return NarrowTerm{Operator: "search", Operand: words} }

// publicChannels selects the history of all public channels, subscribed or not.
var publicChannels = NarrowTerm{Operator: "streams", Operand: "public"}

// registerNarrow is the form of a narrow that POST /register takes: pairs of strings.
// It has no negation, and operands are strings only.
func registerNarrow(terms []NarrowTerm) ([][2]string, error) {
	pairs := make([][2]string, 0, len(terms))
	for _, term := range terms {
		if term.Negated {
			return nil, errNegatedNarrow
		}
		operand, ok := term.Operand.(string)
		if !ok {
			raw, err := json.Marshal(term.Operand)
			if err != nil {
				return nil, err
			}
			operand = string(raw)
		}
		pairs = append(pairs, [2]string{term.Operator, operand})
	}
	return pairs, nil
}
