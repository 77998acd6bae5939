package zuliptest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

func TestWindowsOfMessages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		params         []string
		want           []string
		oldest, newest bool
	}{
		"newest": {[]string{"anchor", "newest", "num_before", "2", "num_after", "5"}, []string{"4", "5"}, false, true},
		"oldest": {[]string{"anchor", "oldest", "num_before", "5", "num_after", "2"}, []string{"1", "2"}, true, false},
		"around": {[]string{"anchor", "1003", "num_before", "1", "num_after", "1"}, []string{"2", "3", "4"}, false, false},
		"after, without the anchor": {
			[]string{"anchor", "1003", "num_before", "0", "num_after", "10", "include_anchor", "false"}, []string{"4", "5"}, false, true,
		},
		"exactly to the end": {
			[]string{"anchor", "1003", "num_before", "0", "num_after", "2", "include_anchor", "false"}, []string{"4", "5"}, false, false,
		},
		"beyond":       {[]string{"anchor", "5000", "num_before", "0", "num_after", "3"}, nil, false, true},
		"first unread": {[]string{"anchor", "first_unread", "num_before", "0", "num_after", "1"}, []string{"1", "2"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				for _, text := range []string{"1", "2", "3", "4", "5"} {
					o.SendDirect(o.ada, text, o.bot.user)
				}
				got := o.bot.ok("GET", "/messages", append(tc.params, "apply_markdown", "false")...)
				assert.Equal(t, tc.want, contents(list(got["messages"])))
				assert.Equal(t, tc.oldest, got["found_oldest"], "found_oldest")
				assert.Equal(t, tc.newest, got["found_newest"], "found_newest")
			})
		})
	}
}

func TestNarrows(t *testing.T) {
	t.Parallel()
	for narrow, want := range map[string][]string{
		`[]`: {"question", "answer", "direct", "group"},
		`[{"operator":"channel","operand":"team"}]`:                                      {"question", "answer"},
		`[{"operator":"stream","operand":11}]`:                                           {"question", "answer"},
		`[["stream","team"],["topic","LUNCH"]]`:                                          {"question"},
		`[{"operator":"topic","operand":"lunch","negated":true}]`:                        {"answer", "direct", "group"},
		`[{"operator":"is","operand":"dm"}]`:                                             {"direct", "group"},
		`[{"operator":"is","operand":"private","negated":true}]`:                         {"question", "answer"},
		`[{"operator":"dm","operand":[101]}]`:                                            {"direct"},
		`[{"operator":"pm-with","operand":"ada.byron@zulip.example,bob@zulip.example"}]`: {"group"},
		`[{"operator":"dm-including","operand":[101]}]`:                                  {"direct", "group"},
		`[{"operator":"sender","operand":"me"}]`:                                         {"answer"},
		`[{"operator":"sender","operand":101},{"operator":"has","operand":"reaction"}]`:  {"question"},
		`[{"operator":"id","operand":"1004"}]`:                                           {"direct"},
		`[{"operator":"search","operand":"QUEST"}]`:                                      {"question"},
		`[{"operator":"channels","operand":"public"}]`:                                   {"question", "elsewhere", "answer"},
		`[{"operator":"is","operand":"starred"}]`:                                        nil,
	} {
		t.Run(narrow, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				question := o.SendToChannel(o.ada, o.team, "lunch", "question")
				o.SendToChannel(o.bob, o.AddChannel("other", o.bob), "x", "elsewhere")
				o.SendToChannel(o.bot.user, o.team, "dinner", "answer")
				o.SendDirect(o.ada, "direct", o.bot.user)
				o.SendDirect(o.ada, "group", o.bot.user, o.bob)
				o.React(o.bob, question.ID, "eyes")
				got := o.bot.ok("GET", "/messages", "anchor", "newest", "num_before", "9", "num_after", "0", "apply_markdown", "false", "narrow", narrow)
				assert.Equal(t, want, contents(list(got["messages"])))
			})
		})
	}
}

func TestNarrowsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		for _, narrow := range []string{
			`[["color","red"]]`, `[["stream","nowhere"]]`, `[["is","blue"]]`, `[["has","been"]]`, `[["dm",[999]]]`,
			`[["id","x"]]`, `[["sender",null]]`, `[["channels","private"]]`,
		} {
			o.bot.refused(400, "BAD_NARROW", "GET", "/messages", "anchor", "newest", "num_before", "1", "num_after", "0", "narrow", narrow)
		}
		for _, params := range [][]string{
			{"num_before", "1", "num_after", "0"},
			{"anchor", "newest"},
			{"anchor", "x", "num_before", "1", "num_after", "0"},
			{"anchor", "newest", "num_before", "5000", "num_after", "1"},
			{"message_ids", "[1]", "anchor", "newest"},
			{"anchor", "newest", "num_before", "1", "num_after", "1", "include_anchor", "false"},
		} {
			o.bot.refused(400, "BAD_REQUEST", "GET", "/messages", params...)
		}
	})
}

func TestMessagesByID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.SendDirect(o.ada, "gone", o.bot.user)
		o.SendDirect(o.ada, "here", o.bot.user)
		o.SendDirect(o.ada, "not for the bot", o.bob)
		o.DeleteMessage(o.ada, 1001)
		got := o.bot.ok("GET", "/messages", "message_ids", "[1001,1002,1003]", "apply_markdown", "false")
		assert.Equal(t, []string{"here"}, contents(list(got["messages"])))
		matches := o.bot.ok("GET", "/messages/matches_narrow", "msg_ids", "[1002]", "narrow", `[{"operator":"is","operand":"dm"}]`)
		assert.Contains(t, matches["messages"], "1002")
	})
}
