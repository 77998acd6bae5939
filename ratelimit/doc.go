// Package ratelimit has token buckets for commands and a pacing transport for APIs.
package ratelimit
