package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheUnitNeedsWhatItSays names what the unit must have, whatever the score of all of it is: a user of its own, one
// folder to write to that others cannot read, and no way to more rights.
func TestTheUnitNeedsWhatItSays(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("deploybot.service")
	require.NoError(t, err)
	for _, line := range []string{
		"DynamicUser=yes", "StateDirectory=deploybot", "StateDirectoryMode=0700", "UMask=0077", "ProtectSystem=strict", "ProtectHome=yes",
		"PrivateTmp=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities=", "Restart=on-failure",
	} {
		assert.Regexp(t, `(?m)^`+regexp.QuoteMeta(line)+`$`, string(content))
	}
	for _, never := range []string{"ReadWritePaths", "User=root", "ExecStartPre", "PermissionsStartOnly", "Restart=always"} {
		assert.NotContains(t, string(content), never)
	}
}
