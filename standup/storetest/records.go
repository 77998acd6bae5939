package storetest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/signalbox-go/signalbox/standup"
)

func (s *suite) getPutDelete(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "a", "1", "b", "2")
	put(t, store, "a", "3")
	holds(t, store, "a=3 b=2")
	update(t, store, func(tx standup.Tx) error {
		if err := tx.Delete("a"); err != nil {
			return err
		}
		return tx.Delete("absent")
	})
	holds(t, store, "b=2")
	view(t, store, func(tx standup.Tx) error {
		for key, want := range map[string]string{"a": "", "b": "2", "absent": ""} {
			got, err := tx.Get(key)
			noError(t, err)
			if string(got) != want || (want == "") != (got == nil) {
				t.Errorf("Get(%q) = %#v, want %q", key, got, want)
			}
		}
		return nil
	})
}

func (s *suite) ownWrites(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "a", "1", "b", "2", "c", "3")
	update(t, store, func(tx standup.Tx) error {
		noError(t, tx.Put("b", []byte("new")))
		noError(t, tx.Put("d", []byte("4")))
		noError(t, tx.Delete("a"))
		noError(t, tx.Delete("c"))
		noError(t, tx.Put("c", []byte("again")))
		got, err := tx.Get("b")
		if string(got) != "new" {
			t.Errorf("Get sees %q, want what the transaction wrote", got)
		}
		noError(t, err)
		if got, err = tx.Get("a"); got != nil {
			t.Errorf("Get sees %q, want nil for what the transaction deleted", got)
		}
		noError(t, err)
		all, err := scan(tx, "", "")
		if want := "b=new c=again d=4"; all != want {
			t.Errorf("Scan sees %q, want %q", all, want)
		}
		return err
	})
	holds(t, store, "b=new c=again d=4")
}

func (s *suite) emptyValue(t *testing.T) {
	store := s.fresh(t)
	check := func(tx standup.Tx) error {
		for _, key := range []string{"empty", "nil"} {
			got, err := tx.Get(key)
			if err != nil {
				return err
			}
			if got == nil || len(got) != 0 {
				t.Errorf("Get(%q) = %#v, want an empty value that is not nil", key, got)
			}
		}
		for r, err := range tx.Scan("", "") {
			if r.Value == nil {
				t.Errorf("Scan yields nil for %q, want an empty value that is not nil", r.Key)
			}
			noError(t, err)
		}
		return nil
	}
	update(t, store, func(tx standup.Tx) error {
		noError(t, tx.Put("empty", []byte{}))
		noError(t, tx.Put("nil", nil))
		return check(tx)
	})
	view(t, store, check)
	holds(t, store, "empty= nil=")
}

func (s *suite) valueCopied(t *testing.T) {
	store := s.fresh(t)
	value := []byte("before")
	update(t, store, func(tx standup.Tx) error {
		noError(t, tx.Put("key", value))
		copy(value, "CHANGE")
		got, err := tx.Get("key")
		if string(got) != "before" {
			t.Errorf("in the transaction Get = %q, want the value as it was when Put was called", got)
		}
		return err
	})
	copy(value, "change")
	holds(t, store, "key=before")
}

func (s *suite) valueKept(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "key", "first")
	var got, scanned []byte
	view(t, store, func(tx standup.Tx) (err error) {
		for r, err := range tx.Scan("", "") {
			noError(t, err)
			scanned = r.Value
		}
		got, err = tx.Get("key")
		return err
	})
	for range 10 {
		put(t, store, "key", "other", "more", strings.Repeat("x", 5000))
	}
	if string(got) != "first" || string(scanned) != "first" {
		t.Errorf("values kept from a transaction became %q and %q", got, scanned)
	}
}

func (s *suite) largeValue(t *testing.T) {
	store := s.fresh(t)
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	large[len(large)-1] = 0 // values are bytes, not text
	large[0] = 0xff
	update(t, store, func(tx standup.Tx) error { return tx.Put("large", large) })
	view(t, store, func(tx standup.Tx) error {
		got, err := tx.Get("large")
		if !bytes.Equal(got, large) {
			t.Errorf("a value of %d bytes came back different, as %d bytes", len(large), len(got))
		}
		return err
	})
}

func (s *suite) keyLimits(t *testing.T) {
	store := s.fresh(t)
	longest := strings.Repeat("k", 1024)
	put(t, store, longest, "1")
	for _, key := range []string{"", longest + "k", "tab\t", "new\nline", "nul\x00", "del\x7f", "ümlaut", "\xff"} {
		err := store.Update(t.Context(), func(tx standup.Tx) error {
			noError(t, tx.Put("innocent", nil))
			return tx.Put(key, []byte("x"))
		})
		if err == nil || !strings.Contains(err.Error(), "key") {
			t.Errorf("Put(%.40q) = %v, want an error that speaks of the key", key, err)
		}
		view(t, store, func(tx standup.Tx) error {
			if _, err := tx.Get(key); err == nil {
				t.Errorf("Get(%.40q) succeeds, want an error", key)
			}
			return nil
		})
		err = store.Update(t.Context(), func(tx standup.Tx) error { return tx.Delete(key) })
		if err == nil {
			t.Errorf("Delete(%.40q) succeeds, want an error", key)
		}
	}
	holds(t, store, longest+"=1")
}

func (s *suite) everyByte(t *testing.T) {
	store := s.fresh(t)
	var pairs, want []string
	for b := byte(' '); b <= '~'; b++ {
		want = append(want, "p"+string(b)+"=v")
		pairs = append([]string{"p" + string(b), "v"}, pairs...)
	}
	put(t, store, pairs...)
	holds(t, store, strings.Join(want, " "))
	view(t, store, func(tx standup.Tx) error {
		for b := byte(' '); b <= '~'; b++ {
			got, err := scan(tx, "p"+string(b), "")
			if want := "p" + string(b) + "=v"; got != want {
				t.Errorf("Scan(%q) sees %q, want %q", "p"+string(b), got, want)
			}
			noError(t, err)
		}
		return nil
	})
}
