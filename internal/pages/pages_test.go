package pages_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/internal/pages"
)

func TestHas(t *testing.T) {
	t.Parallel()
	site := pages.New("https://ci.example:8443/semaphore/")
	for _, good := range []string{
		"https://ci.example:8443/semaphore", "https://ci.example:8443/semaphore/project/1/templates/2?t=3",
		"https://ci.example:8443/semaphore/project/1#history",
	} {
		assert.True(t, site.Has(good), good)
		assert.False(t, pages.Site{}.Has(good), good)
	}
	for _, bad := range []string{
		"", "/semaphore", "https://ci.example/semaphore", "http://ci.example:8443/semaphore", "https://ci.example:8443/semaphores",
		"https://ci.example:8443/", "https://ci.example:8443@evil.example/semaphore", "https://a@ci.example:8443/semaphore",
		"https://ci.example:8443/semaphore/../x", "https://ci.example:8443/semaphore/%2e%2e/x", "https://ci.example:8443/semaphore/a b",
		"https://ci.example:8443/semaphore/)[x](https://evil.example", "https://ci.example:8443/semaphore/@**all**",
		"javascript:alert(1)", "https:ci.example:8443/semaphore", "https://ci.example:8443.evil.example/semaphore", "https://cı.example:8443/semaphore",
	} {
		assert.False(t, site.Has(bad), bad)
	}
	for _, none := range []string{"", "ci.example", "ftp://ci.example", "https://", "https://a:b@ci.example"} {
		assert.Equal(t, pages.Site{}, pages.New(none), none)
	}
}
