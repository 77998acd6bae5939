// Package pages says which links a bot may show: those to the pages of one server.
package pages

import (
	"net/url"
	"strings"
	"unicode"
)

// Site is a server that may be linked to. The zero value is none, to which nothing links.
type Site struct{ base *url.URL }

// New returns the site at an address, as https://semaphore.example.org or with a path. An address that cannot be linked
// to gives the zero value.
func New(address string) Site {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Host == "" || base.User != nil {
		return Site{}
	}
	return Site{base}
}

// Has says whether an address is that of a page of the site: same scheme, host and port, and a path below that of the
// site, written plainly.
func (s Site) Has(address string) bool {
	u, err := url.Parse(address)
	if s.base == nil || err != nil || u.User != nil || u.Opaque != "" || u.Scheme != s.base.Scheme || u.Host != s.base.Host {
		return false
	}
	if strings.ContainsFunc(address, func(r rune) bool {
		return r > unicode.MaxASCII || r <= ' ' || strings.ContainsRune("\"'<>\\^`{|}[]()*@~$!\x7f", r)
	}) {
		return false
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if part == ".." || part == "." {
			return false
		}
	}
	return u.Path == s.base.Path || strings.HasPrefix(u.Path, s.base.Path+"/")
}
