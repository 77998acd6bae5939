package zulip

import (
	"regexp"
	"strconv"
	"strings"
)

// Wildcard mentions: everybody in the channel or conversation, and everybody who took part in the topic. Who may use
// them is a setting of the organisation.
const (
	MentionAll   = "@**all**"
	MentionTopic = "@**topic**"
)

// MentionGroup is the Markdown that mentions and notifies the members of a user group. Marks that would end the
// mention are taken out of the name, which then finds no group.
func MentionGroup(name string) string { return "@*" + mentionName.Replace(name) + "*" }

// SilentMentionGroup shows the group's name without notifying.
func SilentMentionGroup(name string) string { return "@_*" + mentionName.Replace(name) + "*" }

// LinkChannel is the Markdown that links to a channel by its name.
func LinkChannel(name string) string { return "#**" + mentionName.Replace(name) + "**" }

// LinkTopic is the Markdown that links to a topic of a channel.
func LinkTopic(channel, topic string) string {
	return "#**" + mentionName.Replace(channel) + ">" + mentionName.Replace(topic) + "**"
}

// mentionName keeps a name inside its mention; there is no escape for these.
var mentionName = strings.NewReplacer("*", "", "`", "", "\n", " ", "\r", " ")

// UserMention is a mention of a user in a message's Markdown.
type UserMention struct {
	// Name is as written; it may be empty when ID is set.
	Name string
	// ID is 0 where the text names the user by the full name alone.
	ID UserID
	// Silent mentions do not notify.
	Silent bool
}

var userMention = regexp.MustCompile(`@(_?)\*\*([^*\n|]*)(?:\|([0-9]{1,18}))?\*\*`)

// Mentions finds the users that Markdown mentions, in the order of the text, as "@**Ann|12** please look". Wildcards
// are left out, code and quotations are not: a program that acts for a mention looks at [Message.Flags] too.
func Mentions(content string) []UserMention {
	var found []UserMention
	for _, match := range userMention.FindAllStringSubmatch(content, -1) {
		mention := UserMention{Name: match[2], Silent: match[1] != ""}
		if match[3] != "" {
			id, _ := strconv.ParseInt(match[3], 10, 64) // 18 digits fit
			mention.ID = UserID(id)
		}
		if mention.ID != 0 || mention.Name != "" && !wildcardMention[mention.Name] {
			found = append(found, mention)
		}
	}
	return found
}

var wildcardMention = map[string]bool{"all": true, "everyone": true, "channel": true, "stream": true, "topic": true}
