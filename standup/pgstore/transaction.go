package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strings"

	"github.com/signalbox-go/signalbox/standup"
)

// Scan reads pages that grow, so that looking at the first record costs one row
// and reading everything costs few round trips.
const (
	firstPage = 8
	lastPage  = 512
)

// transaction is a [standup.Tx].
type transaction struct {
	ctx      context.Context //nolint:containedctx // Tx has no context of its own: that of Update or View is meant
	store    *Store
	tx       *sql.Tx
	readOnly bool
	wrote    bool
}

// Get implements [standup.Tx].
func (t *transaction) Get(key string) ([]byte, error) {
	if err := standup.CheckKey(key); err != nil {
		return nil, err
	}
	var value []byte
	query := "SELECT value FROM " + t.store.table + " WHERE key = $1"
	err := t.tx.QueryRowContext(t.ctx, query, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, t.fail("get", err)
	}
	return notNil(value), nil
}

// Put implements [standup.Tx].
func (t *transaction) Put(key string, value []byte) error {
	if t.readOnly {
		return standup.ErrReadOnly
	}
	if err := standup.CheckKey(key); err != nil {
		return err
	}
	t.wrote = true
	//nolint:gosec // the name of the table is checked by Table and Schema, and quoted
	query := "INSERT INTO " + t.store.table + " (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
	if _, err := t.tx.ExecContext(t.ctx, query, key, notNil(value)); err != nil {
		return t.fail("put", err)
	}
	return nil
}

// Delete implements [standup.Tx].
func (t *transaction) Delete(key string) error {
	if t.readOnly {
		return standup.ErrReadOnly
	}
	if err := standup.CheckKey(key); err != nil {
		return err
	}
	t.wrote = true
	//nolint:gosec // the name of the table is checked by Table and Schema, and quoted
	query := "DELETE FROM " + t.store.table + " WHERE key = $1"
	if _, err := t.tx.ExecContext(t.ctx, query, key); err != nil {
		return t.fail("delete", err)
	}
	return nil
}

// Scan implements [standup.Tx].
func (t *transaction) Scan(prefix, from string) iter.Seq2[standup.Record, error] {
	return func(yield func(standup.Record, error) bool) {
		low, operator := max(text(prefix), text(from)), ">="
		for size := firstPage; ; size = min(2*size, lastPage) {
			page, err := t.page(prefix, operator, low, size)
			if err != nil {
				yield(standup.Record{}, t.fail("scan", err))
				return
			}
			for _, r := range page {
				if !strings.HasPrefix(r.Key, prefix) || !yield(r, nil) {
					return
				}
			}
			if len(page) < size {
				return
			}
			low, operator = page[size-1].Key, ">"
		}
	}
}

// page reads up to size records with keys above low, none of them above those with
// the prefix.
func (t *transaction) page(prefix, operator, low string, size int) (page []standup.Record, err error) {
	query := "SELECT key, value FROM " + t.store.table + " WHERE key " + operator + " $1"
	args := []any{low, size}
	if prefix != "" {
		// DEL is above every byte of a key.
		query += " AND key < $3"
		args = append(args, text(prefix)+"\x7f")
	}
	rows, err := t.tx.QueryContext(t.ctx, query+" ORDER BY key LIMIT $2", args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r standup.Record
		if err := rows.Scan(&r.Key, &r.Value); err != nil {
			return nil, err
		}
		r.Value = notNil(r.Value)
		page = append(page, r)
	}
	return page, rows.Err()
}

// text turns a bound into one that PostgreSQL takes for text and that has the same
// keys above it: where the bound first differs from what a key can be, it is below
// or above all that could follow.
func text(bound string) string {
	for i := range len(bound) {
		if bound[i] < ' ' {
			return bound[:i] + " "
		}
		if bound[i] > '~' {
			return bound[:i] + "\x7f"
		}
	}
	return bound
}

// notNil keeps an empty value apart from an absent one: to drivers a nil slice is
// NULL.
func notNil(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}

func (t *transaction) fail(operation string, err error) error {
	return t.store.explain(operation, withContext(t.ctx, err))
}
