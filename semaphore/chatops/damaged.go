package chatops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// damagedKey is the key under which a record is set aside that cannot be read.
func damagedKey(key string) string { return "damaged/" + key }

// damagedError is what reading a record comes to that cannot be read.
type damagedError struct {
	Record

	err error
}

func (e *damagedError) Error() string {
	return fmt.Sprintf("chatops: record %q is damaged: %v", e.Key, e.err)
}

func (e *damagedError) Unwrap() error { return e.err }

// errMisplaced says of a record that it is one of something else than its key says.
var errMisplaced = errors.New("it is of something else")

// mending is a store that sets a record aside when it turns out that it cannot be read, and then does again what has
// failed because of it. So one damaged record stops nothing else, whoever reads it.
type mending struct {
	Store

	log *slog.Logger
	now func() time.Time
}

// Update is that of the store.
func (m mending) Update(ctx context.Context, fn func(Tx) error) error {
	return m.mend(ctx, func() error { return m.Store.Update(ctx, fn) })
}

// View is that of the store.
func (m mending) View(ctx context.Context, fn func(Tx) error) error {
	return m.mend(ctx, func() error { return m.Store.View(ctx, fn) })
}

func (m mending) mend(ctx context.Context, do func() error) error {
	mended := ""
	for {
		err := do()
		damaged, ok := errors.AsType[*damagedError](err)
		if !ok || damaged.Key == mended {
			return err
		}
		if aside := m.setAside(ctx, damaged.Record); aside != nil {
			return errors.Join(err, aside)
		}
		mended = damaged.Key
	}
}

// setAside moves a damaged record to where somebody can look at it, and puts in its place what is safe.
func (m mending) setAside(ctx context.Context, damaged Record) error {
	moved := false
	err := m.Store.Update(ctx, func(tx Tx) error {
		moved = false
		value, err := tx.Get(damaged.Key)
		if err != nil || value == nil || !bytes.Equal(value, damaged.Value) {
			return err // Another loop was faster.
		}
		moved = true
		if err := tx.Put(damagedKey(damaged.Key), value); err != nil {
			return err
		}
		instead, err := standIn(tx, damaged.Key, m.now())
		switch {
		case err != nil:
			return err
		case instead == nil:
			return tx.Delete(damaged.Key)
		}
		return save(tx, damaged.Key, instead)
	})
	if err == nil && moved {
		m.log.LogAttrs(ctx, slog.LevelError, "a record cannot be read and is set aside", slog.String("record", damagedKey(damaged.Key)))
	}
	return err
}

// standIn is what takes the place of a damaged record; nil where it is safe that there is none.
func standIn(tx Tx, key string, now time.Time) (any, error) {
	kind, of, _ := strings.Cut(key, "/")
	switch kind {
	case "audit": // The audit itself says that something is missing, and its numbers go on.
		seq, err := strconv.ParseUint(of, 16, 64)
		if err == nil && auditKey(seq) == key {
			return AuditEntry{
				Seq: seq, Time: now, Decision: DecisionFailed, Reason: "the record of this entry was damaged and is kept as " + damagedKey(key),
			}, nil
		}
	case "lock": // What somebody has locked is not free because nobody knows any more who it was.
		if t, ok := lockedBy(key); ok {
			return lock{Target: t, Unreadable: true}, nil
		}
	case "event": // It was handled.
		return present{At: now}, nil
	case "number":
		return numberAfter(tx, of, now)
	}
	return nil, nil
}

// numberAfter is a number that is not below any of its kind that was given out. Those of the audit have no gaps; of
// others far fewer were given out than seconds have passed since 1970.
func numberAfter(tx Tx, kind string, now time.Time) (number uint64, err error) {
	if kind != "audit" {
		return uint64(max(0, now.Unix())), nil
	}
	for record, err := range tx.Scan("audit/", "") {
		if err != nil {
			return 0, err
		}
		if seq, err := strconv.ParseUint(strings.TrimPrefix(record.Key, "audit/"), 16, 64); err == nil {
			number = seq // They are in their order; those that were written are known to the file.
		}
	}
	return number, nil
}
