package zulip

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The set must agree with a plain map above its floor, in whatever order ids come.
func TestHandledSetAgreesWithAMap(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	var set handledSet
	all := map[MessageID]bool{}
	for i := range 5000 {
		id := MessageID(1000 + i + chance.IntN(40))
		if len(set.ids) == 0 || id > set.ids[0] {
			all[id] = true
		}
		set.add(id)
		set.trim()
		assert.LessOrEqual(t, len(set.ids), 2*handledWindow)
		probe := MessageID(1000 + i + chance.IntN(200) - 150)
		if probe > set.ids[0] {
			assert.Equal(t, all[probe], set.settled(probe))
		} else {
			assert.True(t, set.settled(probe))
		}
	}
	assert.True(t, slices.IsSorted(set.ids))
	assert.Len(t, set.recent(), handledWindow)
}
