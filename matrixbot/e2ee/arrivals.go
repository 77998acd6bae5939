//go:build goolm || libolm

package e2ee

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// arrivals are lists of what came, each in the order of arrival. They outlast the process where
// there is a bbolt store. Whoever uses them sees to it that one does so at a time.
type arrivals struct {
	records *boltstore.Records // nil where there is none
	memory  map[string][]boltstore.Record
	last    int64 // number of the arrival before
}

func newArrivals(store *boltstore.Store, name string) *arrivals {
	if store == nil {
		return &arrivals{memory: map[string][]boltstore.Record{}}
	}
	return &arrivals{records: store.Records(name)}
}

// scan returns a list, the oldest first.
func (a *arrivals) scan(list string) ([]boltstore.Record, error) {
	if a.records == nil {
		return a.memory[list], nil
	}
	return a.records.Scan(list)
}

// add puts something at the end of a list. No name of a list may begin with that of another. The
// order is that of the clock, or of the calls where the clock stands still or goes back.
func (a *arrivals) add(list string, now int64, value []byte) (boltstore.Record, error) {
	a.last = max(a.last+1, now)
	r := boltstore.Record{Key: fmt.Sprintf("%s%016x", list, a.last), Value: value}
	if a.records != nil {
		return r, a.records.Put(r.Key, r.Value)
	}
	a.memory[list] = append(a.memory[list], r)
	return r, nil
}

// remove takes something that scan returned out of a list.
func (a *arrivals) remove(list string, r boltstore.Record) error {
	if a.records != nil {
		return a.records.Delete(r.Key)
	}
	rest := slices.Clone(a.memory[list]) // scan has given the other slice out
	rest = slices.DeleteFunc(rest, func(other boltstore.Record) bool { return other.Key == r.Key })
	if a.memory[list] = rest; len(rest) == 0 {
		delete(a.memory, list)
	}
	return nil
}

// quoted makes the name of a list of parts that strangers make up.
func quoted(parts ...string) string {
	var name strings.Builder
	for _, part := range parts {
		fmt.Fprintf(&name, "%q", part)
	}
	return name.String()
}
