package pgstore

import (
	"database/sql"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests against a real database are in internal/pgtest, which may need a driver.

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := New(nil)
	require.EqualError(t, err, "standup: db is nil (open it with sql.Open)")
	for _, name := range []string{"", "Upper", `quo"te`, "1st", "semi;colon", "a b"} {
		_, err := New(new(sql.DB), Table(name))
		require.ErrorContains(t, err, "cannot be the name of a table (use 1 to 63 of a-z, 0-9 and _)")
		_, err = New(new(sql.DB), Schema(name))
		require.ErrorContains(t, err, "cannot be the name of a schema (use 1 to 63 of a-z, 0-9 and _)")
	}
}

// Stores that share a table share a lock, others do not.
func TestLock(t *testing.T) {
	t.Parallel()
	lock := func(options ...Option) int64 {
		store, err := New(new(sql.DB), options...)
		require.NoError(t, err)
		return store.lock
	}
	assert.Equal(t, lock(), lock(Table("standup_records")))
	assert.NotEqual(t, lock(), lock(Table("other")))
	assert.NotEqual(t, lock(), lock(Schema("other")))
}

// A bound made fit for PostgreSQL has the same keys above it.
func TestText(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	word := func(alphabet string) string {
		b := make([]byte, random.IntN(4))
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(b)
	}
	for range 100_000 {
		bound, key := word("\x00\x1f !~\x7f\x80\xff"), word(" !}~")
		require.Equal(t, key >= bound, key >= text(bound), "key %q, bound %q", key, bound)
	}
}
