package storetest

import (
	"fmt"
	"testing"

	"github.com/signalbox-go/signalbox/standup"
)

func (s *suite) scanBounds(t *testing.T) {
	store := s.fresh(t)
	put(t, store,
		"due/2", "v", "due/1", "v", "due/10", "v", "due", "v", "due~", "v", "due%", "v",
		"Due/1", "v", "dud", "v", "a_b", "v", "axb", "v", "~", "v", "~~", "v", " ", "v")
	everything := " =v Due/1=v a_b=v axb=v dud=v due=v due%=v due/1=v due/10=v due/2=v due~=v ~=v ~~=v"
	check := func(tx standup.Tx) error {
		for _, c := range []struct{ prefix, from, want string }{
			{"", "", everything},
			{"", "a_b", "a_b=v axb=v dud=v due=v due%=v due/1=v due/10=v due/2=v due~=v ~=v ~~=v"},
			{"due/", "", "due/1=v due/10=v due/2=v"},
			{"due/", "due/1", "due/1=v due/10=v due/2=v"},
			{"due/", "due/10", "due/10=v due/2=v"},
			{"due/", "due/11", "due/2=v"}, // a from that is not a key
			{"due/", "due/3", ""},
			{"due/", "a", "due/1=v due/10=v due/2=v"}, // a from below the prefix
			{"due/", "e", ""},                         // a from above the prefix
			{"due", "due%", "due%=v due/1=v due/10=v due/2=v due~=v"},
			{"a_", "", "a_b=v"}, // no wildcard
			{"due%", "", "due%=v"},
			{"~", "", "~=v ~~=v"}, // the last byte there is
			{"~~~", "", ""},
			{"absent", "", ""},
			{"", "due/\xff", "due~=v ~=v ~~=v"}, // bounds are bytes, keys or not
			{"", "due/1\x00", "due/10=v due/2=v due~=v ~=v ~~=v"},
			{"", "due/1é", "due/2=v due~=v ~=v ~~=v"},
			{"", "\x01", everything},
			{"due\x00", "", ""},
			{"\xff", "", ""},
		} {
			got, err := scan(tx, c.prefix, c.from)
			if got != c.want {
				t.Errorf("Scan(%q, %q) sees %q, want %q", c.prefix, c.from, got, c.want)
			}
			noError(t, err)
		}
		return nil
	}
	view(t, store, check)
	update(t, store, check)
}

func (s *suite) scanBreak(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "a", "1", "b", "2", "c", "3")
	update(t, store, func(tx standup.Tx) error {
		records := tx.Scan("", "")
		for range 2 { // a sequence can be ranged again
			for r, err := range records {
				noError(t, err)
				if r.Key != "a" {
					t.Errorf("first record is %q, want a", r.Key)
				}
				break
			}
		}
		for r, err := range records { // a range in a range
			noError(t, err)
			inner, err := scan(tx, "", r.Key)
			noError(t, err)
			if inner[:1] != r.Key {
				t.Errorf("a scan from %q inside a scan sees %q", r.Key, inner)
			}
		}
		return tx.Put("d", []byte("4")) // the transaction is usable after a break
	})
	holds(t, store, "a=1 b=2 c=3 d=4")
}

// scanMany has more records than a store that reads in pages or keeps blocks puts
// into one of them.
func (s *suite) scanMany(t *testing.T) {
	store := s.fresh(t)
	const n = 3000
	key := func(i int) string { return fmt.Sprintf("k/%05d", i) }
	update(t, store, func(tx standup.Tx) error {
		for i := range n {
			j := i * 7 % n // not in order
			noError(t, tx.Put(key(j), []byte(key(j))))
		}
		return nil
	})
	view(t, store, func(tx standup.Tx) error {
		for _, from := range []int{0, 1, 255, 256, 1000, n - 1, n} {
			next := from
			for r, err := range tx.Scan("k/", key(from)) {
				noError(t, err)
				if r.Key != key(next) || string(r.Value) != key(next) {
					t.Fatalf("scan from %s: got %s=%s, want %s", key(from), r.Key, r.Value, key(next))
				}
				next++
			}
			if next != n {
				t.Errorf("scan from %s ended at %s, want %s", key(from), key(next), key(n))
			}
		}
		return nil
	})
}
