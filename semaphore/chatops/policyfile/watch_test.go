package policyfile_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/policyfile"
)

// news is what a watch has said.
type news struct {
	mu       sync.Mutex
	policies []chatops.Policy
	errors   []error
}

func (n *news) apply(p chatops.Policy) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.policies = append(n.policies, p)
}

func (n *news) refuse(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.errors = append(n.errors, err)
}

func (n *news) applied() []chatops.Policy {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.policies)
}

func (n *news) refused() []error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.errors)
}

func TestWatch(t *testing.T) {
	t.Parallel()
	path := write(t, whole)
	put := func(content string) {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	synctest.Test(t, func(t *testing.T) {
		var said news
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error)
		go func() {
			ended <- policyfile.Watch(ctx, path, said.apply, said.refuse)
		}()
		wait := func(d time.Duration) {
			time.Sleep(d + time.Millisecond)
			synctest.Wait()
		}
		wait(time.Second)
		require.Len(t, said.applied(), 1, "as it was at the beginning")
		wait(time.Hour)
		require.Len(t, said.applied(), 1)

		put(strings.ReplaceAll(whole, "@bob:example.org", "@eve:example.org"))
		wait(2 * time.Second)
		require.Len(t, said.applied(), 2)
		assert.Equal(t, chatops.UserID("@eve:example.org"), said.applied()[1].Grants[0].Users[1])

		for i := range 10 { // It is being written for five seconds.
			put(whole[:len(whole)*i/10])
			wait(500 * time.Millisecond)
		}
		put(whole)
		wait(2 * time.Second)
		require.Len(t, said.applied(), 3)
		require.Empty(t, said.refused())

		put(whole[:strings.Index(whole, "reason")])
		wait(time.Minute)
		require.Len(t, said.refused(), 1, "it is said once")
		put("")
		wait(time.Minute)
		require.Len(t, said.refused(), 2)
		require.NoError(t, os.Remove(path))
		wait(time.Minute)
		require.Len(t, said.refused(), 3)
		require.ErrorIs(t, said.refused()[2], os.ErrNotExist)
		require.Len(t, said.applied(), 3, "what was in force stays in force")

		put(whole)
		wait(2 * time.Second)
		require.Len(t, said.applied(), 4)
		require.Len(t, said.refused(), 3)

		cause := errors.New("the end")
		cancel(cause)
		require.ErrorIs(t, <-ended, cause)
	})
}

func TestWatchKnowsAFileThatWasCutShort(t *testing.T) {
	t.Parallel()
	path := write(t, whole+"...\n")
	synctest.Test(t, func(t *testing.T) {
		var said news
		go func() {
			_ = policyfile.Watch(t.Context(), path, said.apply, said.refuse)
		}()
		time.Sleep(2 * time.Second)
		short := whole[:strings.Index(whole, "approvals:\n  -")]
		_, err := policyfile.Load(write(t, short))
		require.NoError(t, err, "it looks whole")
		require.NoError(t, os.WriteFile(path, []byte(short), 0o600))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Len(t, said.refused(), 1)
		require.ErrorContains(t, said.refused()[0], "the three dots at its end are gone")
		require.Len(t, said.applied(), 1)
		require.Len(t, said.applied()[0].Approvals, 1)
	})
}
