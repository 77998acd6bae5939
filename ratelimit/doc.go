// Package ratelimit slows people down who command a bot, and slows a client
// down to the pace that its server asks for.
//
// # People
//
// [Keyed] is a token bucket for each user, room or whatever the key is. A bucket
// holds a few tokens, each command takes one, and they come back at a steady
// rate: so a short burst is fine, a long one is not. The first refusal is
// marked, so that a bot answers a flood with one notice instead of a flood of
// its own. What is remembered is bounded by a number of keys; buckets that have
// filled again are forgotten.
//
// # Servers
//
// [Transport] is an [net/http.RoundTripper] below the one that sends again.
// It needs no settings, as a server of the usual kind tells its limit:
//
//	X-RateLimit-Limit: 200          requests in a window of time
//	X-RateLimit-Remaining: 57       of them
//	X-RateLimit-Reset: 1795348860   when none would be counted any more, Unix seconds
//	Retry-After: 28.706807374954224 on a 429: seconds, or an HTTP date
//
// The way it works is made for a server that keeps a sliding log, as Zulip does:
// a request is accepted if fewer than 200 were accepted in the last minute. A
// token bucket would overshoot here, since it fills while the log is still full.
// So the transport keeps such a log of its own:
//
//   - A request counts from its turn, and until one window after its answer
//     arrived. The server accepted it no later than that, so its log is never
//     fuller than ours.
//   - The window is Reset minus the server's own Date just after a request was
//     accepted: none is left when that one leaves. The longest one seen stands.
//     Both headers are whole seconds, and where answers differ by one, a
//     single request tries the shorter window.
//   - Remaining shows what others do with the same key. More requests than ours
//     are put into the log, at even distances since the server was last heard
//     of; and what the server no longer counts is taken out.
//   - After a 429 everybody waits until Retry-After is over, and then one request
//     goes alone to see whether there is room.
//
// Until the first answer has come nothing is known: one request goes first and
// the others wait for its answer, but no longer than a second, since it may be
// an upload or a long poll; then one more goes, and so on. [WithLimit] spares
// that. A server that sends none of these headers is not paced.
//
// Waiting is first come, first served, ends with the request's context, and does
// not begin when it cannot end in time: then the error is a [*WaitError].
//
// # What a server can do
//
// Headers are hints of somebody else and bounded: a pause is at most an hour, a
// window between a second and a day, a limit at most 65,536 requests, which is
// also the most the log remembers. Numbers that make no sense are ignored.
package ratelimit
