package zulip

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is written by hand here for speed must be what the standard library writes.
func FuzzParamsEncode(f *testing.F) {
	f.Add("content", "Grüße & co = 100 % ~ a/b?c#d\r\n\x00\xff", "to", "[1,2]")
	f.Fuzz(func(t *testing.T, name, value, name2, value2 string) {
		var p params
		p.text(name, value)
		p.text(name2, value2)
		assert.Equal(t, p.values().Encode(), string(p.encode()))
	})
}
