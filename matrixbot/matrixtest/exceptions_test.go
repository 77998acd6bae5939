package matrixtest_test

import "regexp"

// An exception is a difference that stays, with its reason.
type exception struct {
	pattern string
	reason  string
}

// exceptions are all differences between the fake and Dendrite 0.15.2.
var exceptions = []exception{
	// Both are good, and the fake gives less, so that no program comes to rely on more.
	{`content\.global\.(content|override|underride)\.\[\]: only in the real`, "nobody is told by push rules here"},
	{`unsigned: only in the real one: object`, "invite_room_state, or an empty object, which the specification does not have"},
	{`invite_state\.events\.\[m\.room\.member/invite#1\]\.(event_id|origin_server_ts): only in the real`, "the invitation itself is stripped like the rest, as the specification says"},
	{`content\.avatar_url: only in the real one`, "an empty text for a picture that was never set"},
	{`content\.reason: only in the real one: $`, "an empty text for a reason that was not given"},
	{`/messages: \.start_stream: only in the real`, "a field of Dendrite alone"},
	{`/filter/1: .*: only in the real`, "a filter comes back as it was sent, without Dendrite's defaults"},
	{`room_versions\.available\.org\.matrix\.`, "versions that are no standard"},

	// The fake follows the specification.
	{`nobody else comes in: GET .*/messages: status: fake 403, real 200`, "who is no member gets an empty page from Dendrite"},
	{`nobody else comes in: POST .*join.*: status: fake 404, real 500`, "Dendrite's inner error for a room that does not exist"},
	{`small timeline: .*state\.events\.\(all\)`, "state is as it was before the timeline; Dendrite leaves out what the timeline replaces"},
	{`small timeline: .*state\.events\.\[m\.room\.member/invite#1\]: only in the fake`, "the same"},
	{`relations/\*: status: fake 404, real 200`, "an event that does not exist"},
	{`/context/\*: \.state`, "the whole state at the event; Dendrite gives a part"},
	{`/messages: \.chunk\.\(order\): fake , real m\.room\.create`, "Dendrite repeats the first event of a room for ever"},
	{`/messages: .*\[m\.room\.create#1\]: only in the real`, "the same"},
	{`receipt/m\.wrong/\*: errcode`, "Dendrite answers without an errcode"},
	{`/filter/99: status: fake 404, real 400`, "an unknown filter"},
	{`/big: errcode: fake M_TOO_LARGE, real M_BAD_JSON`, "an event that is too large"},
	{`device_one_time_keys_count: only in the fake`, "a count of zero is told; Dendrite is silent and the program never learns"},
	{`room version 12: .*guest_access|room version 12: GET /v3/sync: .*\(order\)|room version 12: GET .*/state: \(all\)`, "the preset that follows from the visibility sets guest access too"},
}

// excused returns the pattern of the exception that a line falls under.
func excused(line string) string {
	for _, e := range exceptions {
		if regexp.MustCompile(e.pattern).MatchString(line) {
			return e.pattern
		}
	}
	return ""
}
