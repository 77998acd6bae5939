// Package zulipadapter is what the adapters of all domains to Zulip share on the way from the chat: who people are, what
// they said, and the place in the event queue. It knows no domain. Package zulipmark is for the way back.
package zulipadapter
