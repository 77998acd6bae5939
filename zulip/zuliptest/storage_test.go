package zuliptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestBotStorage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.bot.ok("PUT", "/bot_storage", "storage", `{"a":"1","b":"\"two\""}`)
	o.bot.ok("PUT", "/bot_storage", "storage", `{"a":"3"}`)
	assert.Equal(t, object{"a": "3", "b": `"two"`}, o.bot.ok("GET", "/bot_storage")["storage"])
	assert.Equal(t, object{"b": `"two"`}, o.bot.ok("GET", "/bot_storage", "keys", `["b"]`)["storage"])
	assert.Equal(t, "Key does not exist.", o.bot.refused(400, "BAD_REQUEST", "GET", "/bot_storage", "keys", `["a","c"]`))
	o.bot.refused(400, "BAD_REQUEST", "DELETE", "/bot_storage", "keys", `["a","c"]`)
	o.bot.ok("DELETE", "/bot_storage", "keys", `["a"]`)
	assert.Equal(t, map[string]string{"b": `"two"`}, o.Storage(o.bot.user))
	o.bot.ok("DELETE", "/bot_storage")
	assert.Empty(t, o.Storage(o.bot.user))
}

func TestBotStorageRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.bot.refused(400, "REQUEST_VARIABLE_MISSING", "PUT", "/bot_storage")
	assert.Equal(t, "storage contains a value that is not a string",
		o.bot.refused(400, "BAD_REQUEST", "PUT", "/bot_storage", "storage", `{"a":1}`))
	o.bot.ok("PUT", "/bot_storage", "storage", `{"a":"`+strings.Repeat("x", 9_999_998)+`"}`)
	assert.Equal(t, "Request exceeds storage limit by 1 characters. The limit is 10000000 characters.",
		o.bot.refused(400, "BAD_REQUEST", "PUT", "/bot_storage", "storage", `{"b":"c"}`))
	o.bot.ok("PUT", "/bot_storage", "storage", `{"a":"less"}`)

	o = newOffice(t, zuliptest.WithFeatureLevel(494))
	o.as(t, o.ada).refused(400, "BAD_REQUEST", "GET", "/bot_storage")
}
