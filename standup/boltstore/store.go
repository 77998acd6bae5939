package boltstore

import (
	"context"
	"io"

	"github.com/signalbox-go/signalbox/internal/boltfile"
	"github.com/signalbox-go/signalbox/standup"
)

// Store is a [standup.Store] in a file. It is made by [Open]; the zero value is
// not usable.
type Store struct{ records *boltfile.Records }

var _ standup.Store = (*Store)(nil)

// Update implements [standup.Store]. It calls fn once, and waits for a running
// Update for as long as ctx allows. One that wrote nothing does not touch the
// disk.
func (s *Store) Update(ctx context.Context, fn func(standup.Tx) error) error {
	return s.records.Update(ctx, fn)
}

// View implements [standup.Store]. It does not wait for an Update, nor does an
// Update wait for it, until the file outgrows a gigabyte (16 megabytes on Windows
// and on 32-bit machines): to grow further an Update waits for the end of each
// View that has begun.
func (s *Store) View(ctx context.Context, fn func(standup.Tx) error) error {
	return s.records.View(ctx, fn)
}

// Backup writes a copy of the store, as it is at one instant, to w: a file that
// [Open] accepts. It is a View as far as Updates are concerned.
func (s *Store) Backup(w io.Writer) error { return s.records.Backup(w) }

// Close implements [standup.Store]. It waits for the transactions that run, so it
// must not be called in one, and lets other processes open the file.
func (s *Store) Close() error { return s.records.Close() }
