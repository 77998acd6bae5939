package chatops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestErrorsAreExplainedWithoutDetails(t *testing.T) {
	t.Parallel()
	for says, err := range map[string]error{
		"Something went wrong.":                                 errors.New("open /var/lib/deploybot/state.db: token hunter2"),
		"Semaphore cannot be reached.":                          fmt.Errorf("dial: %w", &net.OpError{Op: "dial", Err: os.ErrPermission}),
		"The connection to Semaphore broke off.":                fmt.Errorf("read https://ci.example.org: %w", io.ErrUnexpectedEOF),
		"Semaphore asks to wait for 9s.":                        &semaphore.APIError{Status: 429, RetryAfter: 9 * time.Second},
		"Semaphore asks to wait for 1s.":                        &semaphore.APIError{Status: 429, RetryAfter: 300 * time.Millisecond},
		"That cannot be: Limit is for Ansible [31m.":            &semaphore.ArgumentError{Name: "Limit", Problem: "is for\nAnsible \x1b[31m"},
		"This chat has no such thing.":                          fmt.Errorf("verify: %w", ErrUnsupported),
		"This Semaphore cannot do that: it takes version 2.16.": &semaphore.APIError{Status: 404, Since: "2.16"},
		"That took too long. If it was to change something, look whether it has before you try again.": context.DeadlineExceeded,
		"Semaphore is in trouble and could not answer.":                                                &semaphore.APIError{Status: 502, Message: "<a href=https://evil.example>"},
	} {
		assert.Equal(t, says+" The log of the bot has more under K3J2.", explain(err, "K3J2"))
	}
}

func TestWhatSemaphoreAnswersIsExplainedWithoutDetails(t *testing.T) {
	t.Parallel()
	srv := semaphoretest.New()
	defer srv.Close()
	client, err := semaphore.NewClient(semaphore.Credentials{URL: srv.URL(), Token: semaphore.NewSecret(srv.Admin().Token)},
		semaphore.WithTransport(srv.Transport()))
	require.NoError(t, err)
	for says, fault := range map[string]semaphoretest.Fault{
		"What answers in place of Semaphore is something else: who runs me should check the address.": {Status: 200, Body: "<h1>https://canary.example/</h1>"},
		"Semaphore does not accept my token: who runs me has to renew it.":                            {Status: 401, Body: `{"error":"canary"}`},
		"Semaphore does not let me do that: who runs me can give my user there another role.":         {Status: 403, Body: `{"error":"canary"}`},
		"Semaphore does not have that, or does not show it to me.":                                    {Status: 404, Body: `{"error":"canary /etc/semaphore"}`},
		"Semaphore refuses that.": {Status: 422, Body: `{"error":"canary"}`},
	} {
		stop := srv.Fail(semaphoretest.Match{Method: http.MethodGet, Path: "/projects"}, fault)
		_, err := client.Projects(t.Context())
		stop()
		require.Error(t, err)
		text := explain(err, "K3J2")
		assert.True(t, strings.HasPrefix(text, says), "%s: %v", text, err)
		assert.NotContains(t, text, "canary")
		assert.NotContains(t, text, "/")
	}
}
