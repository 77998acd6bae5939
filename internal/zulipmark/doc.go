// Package zulipmark writes data into Zulip's Markdown so that it stays data: what the adapters of all domains to Zulip
// share. It knows no domain.
package zulipmark
