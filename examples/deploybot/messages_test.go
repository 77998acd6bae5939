package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	none, err := readMessages("")
	require.NoError(t, err)
	assert.Equal(t, chatops.Messages{}, none)

	got, err := readMessages(writeFile(t, "messages.yaml", "greetings: [Hello!, \"Good day.\"]\npet: [purrs]\n"))
	require.NoError(t, err)
	assert.Equal(t, chatops.Messages{Greetings: []string{"Hello!", "Good day."}, Pet: []string{"purrs"}}, got)

	example, err := readMessages("messages.example.yaml")
	require.NoError(t, err)
	for _, list := range [][]string{
		example.Greetings, example.Start, example.Success, example.Failure, example.Ping, example.Pet, example.Scold,
	} {
		assert.NotEmpty(t, list, "an example of everything")
	}

	for content, want := range map[string]string{
		"greeting: [a]": "line 1: greeting: there is no such key; did you mean greetings?",
		"ping: pong":    "line 1: ping: here belongs a list",
		`ping: [""]`:    "a message has 0 characters",
		"ping: [" + strings.Repeat("a", 501) + "]": "a message has 501 characters",
	} {
		path := writeFile(t, "messages.yaml", content)
		_, err := readMessages(path)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, path)
	}
	_, err = readMessages("/none/messages.yaml")
	require.ErrorContains(t, err, "DEPLOY_MESSAGES")
}
