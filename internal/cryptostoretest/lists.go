//go:build goolm || libolm

package cryptostoretest

import (
	"slices"

	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

// listed checks which sessions a list has, in any order.
func (p *probe) listed(what string, rows dbutil.RowIter[*crypto.InboundGroupSession], want ...[]id.SessionID) {
	list, err := rows.AsList()
	p.ok(what, err)
	var got []id.SessionID
	for _, session := range list {
		got = append(got, session.ID())
	}
	wanted := slices.Concat(want...)
	slices.Sort(got)
	slices.Sort(wanted)
	if !slices.Equal(got, wanted) {
		p.failf("%s: got %q, want %q", what, got, wanted)
	}
}
