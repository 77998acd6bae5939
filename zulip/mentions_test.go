package zulip_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestMentionsOfAText(t *testing.T) {
	t.Parallel()
	for content, want := range map[string][]zulip.UserMention{
		"@**Ann|12** and @_**Bob Marsh**, please": {{Name: "Ann", ID: 12}, {Name: "Bob Marsh", Silent: true}},
		"@**|7**": {{ID: 7}},
		"@**all** @**everyone** @**channel** @**stream** @**topic**": nil,
		"@**all|9**":                 {{Name: "all", ID: 9}},
		"@*team* @**":                nil,
		"@****":                      nil,
		"@**|99999999999999999999**": nil,
		"@**a\nb**":                  nil,
	} {
		assert.Equal(t, want, zulip.Mentions(content), content)
	}
	assert.Equal(t, []zulip.UserMention{{ID: 12}}, zulip.Mentions(zulip.Mention(12)))
	assert.Equal(t, []zulip.UserMention{{ID: 12, Silent: true}}, zulip.Mentions(zulip.SilentMention(12)))
}

func TestNamesStayInsideTheirMention(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "@*on-call*", zulip.MentionGroup("on-call"))
	assert.Equal(t, "@_*on-call*", zulip.SilentMentionGroup("on-call"))
	assert.Equal(t, "#**general**", zulip.LinkChannel("general"))
	assert.Equal(t, "#**general>release 3**", zulip.LinkTopic("general", "release 3"))
	for _, text := range []string{zulip.MentionGroup("x* @**all**"), zulip.LinkChannel("x** @**all**"), zulip.LinkTopic("x", "y**\n@**all**")} {
		assert.NotContains(t, text, "@**all**")
		assert.NotContains(t, text, "\n")
	}
}

func FuzzMentions(f *testing.F) {
	f.Add("@**Ann|12** and @_**Bob Marsh**")
	f.Add("@**|7**@**@**x**")
	f.Fuzz(func(t *testing.T, content string) {
		for _, mention := range zulip.Mentions(content) {
			if mention.ID < 0 || mention.ID == 0 && mention.Name == "" {
				t.Errorf("mentions nobody: %+v", mention)
			}
			if !strings.Contains(content, mention.Name) || strings.ContainsAny(mention.Name, "*|\n") {
				t.Errorf("a name that is not in the text: %q", mention.Name)
			}
		}
	})
}
