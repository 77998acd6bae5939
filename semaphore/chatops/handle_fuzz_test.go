package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// FuzzHandle has people write and do what nobody thought of. Nothing panics or fails, whatever is said fits the chat and
// has a key that every chat takes, and every event that led to something left its lines of the audit.
func FuzzHandle(f *testing.F) {
	for _, text := range []string{
		"!cd", "!cd help run", "!cd run website check", "yes", "!cd run website deploy-prod --var a=b -- --check",
		"!cd aliases add x run website check", "!cd x", "!cd lock website because --for 1h", "!cd watch website --status error",
		"!cd logs on", "!cd status 7", "!cd stop 99999999999999999999", "!cd templates website --like \u202e --page -1",
		"!cd schedule", "!cd mute x --for -5h", "!cd \"unclosed", "@bot run\x00", "!cd approve kx", "no kx", "!cd history \xff",
	} {
		f.Add(text, "👍", uint8(0))
		f.Add(text, "", uint8(15))
	}
	f.Fuzz(func(t *testing.T, text, emoji string, flags uint8) {
		if len(text) > maxTextLength || len(emoji) > maxIDLength {
			t.Skip("no chat hands this over")
		}
		synctest.Test(t, func(t *testing.T) {
			o := newTown(t)
			for _, who := range []UserID{ada, carl, mallory} {
				in := o.event(who, text)
				in.Mentioned, in.Old = flags&1 > 0, flags&2 > 0
				in.Encrypted, in.InEncrypted = flags&4 > 0, flags&4 > 0
				if in.Direct = flags&8 > 0; in.Direct {
					in.Room = ""
				}
				o.handle(in)
				if emoji != "" {
					o.react(who, MessageID("2"), emoji) // The bot's first answer, or what a person wrote.
				}
				o.say(who, "yes")
			}
			time.Sleep(time.Minute)
			assert.Zero(t, o.outboxSize())
			audited := o.auditLines()
			assert.True(t, len(o.chat.messages) == 0 || len(audited) > 0, "whatever is answered is audited")
			for _, m := range o.chat.messages {
				assert.True(t, o.chat.Fits(m.body), m.text)
				for _, key := range m.keys {
					assert.LessOrEqual(t, len(key), 200)
					for _, r := range key {
						assert.True(t, r > ' ' && r <= '~', "%q", key)
					}
				}
			}
		})
	})
}
