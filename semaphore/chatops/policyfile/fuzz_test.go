package policyfile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzDecode(f *testing.F) {
	f.Add([]byte("direct: true\ngrants:\n  - {users: [ada], role: admin, rooms: [x]}\n"))
	f.Add([]byte("grants: [{users: [7], role: viewer}]\nfreezes: [{weekly: {from: fri 16:00, to: mon 8:00, zone: UTC}}]\n..."))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decode(data)
		if err == nil {
			require.NoError(t, p.Check())
			require.NotEmpty(t, p.Grants)
		}
	})
}
