// Package scenario tells one story of deploys, deploy.txt, and has it played on every chat: on Zulip and Matrix as their
// fakes are, and in an encrypted room of a real homeserver with clients that others wrote. It has no code but its tests.
package scenario
