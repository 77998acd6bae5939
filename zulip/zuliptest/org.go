package zuliptest

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"
)

// org is what the organization has besides people, channels and messages.
type org struct {
	groups     map[int]*group
	fields     []*profileField // in the order of display
	folders    []*folder       // in the order of display
	emoji      map[string]*customEmoji
	linkifiers []linkifier
	invites    []*invite
	defaults   map[int]bool // channels for new users
	presences  int          // counts changes of presence

	lastGroup     int
	lastField     int
	lastFolder    int
	lastEmoji     int
	lastLinkifier int
	lastInvite    int
}

// newOrg has the groups of roles, which are there from the start.
func newOrg() org {
	o := org{
		groups: map[int]*group{}, emoji: map[string]*customEmoji{}, defaults: map[int]bool{},
		lastGroup: firstGroupID - 1, lastField: 500, lastFolder: 600, lastLinkifier: 700, lastInvite: 800, lastEmoji: 900,
	}
	o.addSystemGroups()
	return o
}

// personal is what only one user has.
type personal struct {
	password   string         // empty is none
	profile    map[int]string // values of custom profile fields
	alerts     []string
	muted      map[int]time.Time
	settings   map[string]any
	subs       map[int]map[string]any // settings of subscriptions
	topics     map[topicKey]topicPolicy
	lastActive time.Time // for presence; zero is never
	lastThere  time.Time // connected, active or not
}

func newPersonal() personal {
	return personal{
		profile: map[int]string{}, muted: map[int]time.Time{}, settings: map[string]any{},
		subs: map[int]map[string]any{}, topics: map[topicKey]topicPolicy{},
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// sorted returns the values of a map by ascending key.
func sorted[V any](m map[int]V) []V {
	list := make([]V, 0, len(m))
	for _, id := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[id])
	}
	return list
}

// sortedPairs yields the pairs of a map by ascending key.
func sortedPairs[V any](m map[int]V) iter.Seq2[int, V] {
	return func(yield func(int, V) bool) {
		for _, id := range slices.Sorted(maps.Keys(m)) {
			if !yield(id, m[id]) {
				return
			}
		}
	}
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
