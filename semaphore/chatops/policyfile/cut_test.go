package policyfile_test

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops/policyfile"
)

// TestWatchKnowsTheBeginningOfTheFileInForce cuts a file before its last rules, where it still looks whole.
func TestWatchKnowsTheBeginningOfTheFileInForce(t *testing.T) {
	t.Parallel()
	path := write(t, whole)
	synctest.Test(t, func(t *testing.T) {
		var said news
		go func() {
			_ = policyfile.Watch(t.Context(), path, said.apply, said.refuse)
		}()
		put := func(content string) {
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			time.Sleep(3 * time.Second)
			synctest.Wait()
		}
		put(whole)
		require.Len(t, said.applied(), 1)
		short := whole[:strings.Index(whole, "approvals:\n  -")]
		_, err := policyfile.Load(write(t, short))
		require.NoError(t, err, "it looks whole")
		for _, cut := range []string{short, strings.TrimSpace(short)} {
			put(cut)
			require.Len(t, said.applied(), 1, "the two-person rule stays in force")
		}
		require.Len(t, said.refused(), 2)
		require.ErrorContains(t, said.refused()[0], path+": this is only the beginning of what is in force, so it may be half written; "+
			"if it is to be so, write ... as its last line")
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Len(t, said.refused(), 2, "it is said once")

		put(strings.TrimSpace(whole))
		require.Len(t, said.refused(), 2, "nothing is missing")
		put(short + "...\n")
		require.Len(t, said.refused(), 2)
		applied := said.applied()
		assert.Empty(t, applied[len(applied)-1].Approvals, "whoever ends it means it")
		put(whole + "...")
		assert.Len(t, said.applied(), len(applied)+1)
	})
}
