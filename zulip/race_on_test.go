//go:build race

package zulip_test

const raceEnabled = true
