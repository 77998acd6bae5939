package main

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestRehearsalRunsAtNormalSpeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		instant := time.Date(2027, time.March, 28, 0, 59, 58, 0, time.UTC)
		c := clockAt(instant, time.Now())
		assert.True(t, instant.Equal(c.now()))
		time.Sleep(3 * time.Second)
		assert.True(t, instant.Add(3*time.Second).Equal(c.now()))
	})
}

func TestClockIsRightWithoutRehearsal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clockAt(time.Time{}, time.Now())
		assert.Zero(t, c.shift)
		assert.True(t, time.Now().Equal(c.now()))
	})
}
