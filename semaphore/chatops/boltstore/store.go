package boltstore

import (
	"context"
	"io"

	"github.com/signalbox-go/signalbox/internal/boltfile"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// Store is a [chatops.Store] in a file. It is made by [Open]; the zero value is not usable.
type Store struct{ records *boltfile.Records }

var _ chatops.Store = (*Store)(nil)

// Open opens the store in the file at path. It creates the file, mode 0600, and its folder, mode 0700, if they are
// absent; a file of length zero is a new store. A store that others may read is given mode 0600 again.
//
// Open refuses, and leaves as it was, whatever it cannot use: a file that another process holds (after waiting a second
// for it), one that is not a regular file or cannot be written, that another program wrote, that is damaged or cut short,
// or that a newer version wrote. The error names the file and says what to do. Errors of the file system are found by
// [errors.Is], as in [fs.ErrPermission].
//
// Open reads the whole file to find damage, at about a gigabyte a second where the system has it in memory. The caller
// closes the store.
func Open(path string) (*Store, error) {
	records, err := boltfile.OpenRecords(path, boltfile.RecordsLayout{
		Name: "chatops", What: "a deploy bot's database", Marker: "signalbox.chatops", Format: 1,
		Closed: chatops.ErrStoreClosed, ReadOnly: chatops.ErrReadOnly,
	})
	if err != nil {
		return nil, err
	}
	return &Store{records: records}, nil
}

// Update implements [chatops.Store]. It calls fn once, and waits for a running Update for as long as ctx allows. One that
// wrote nothing does not touch the disk.
func (s *Store) Update(ctx context.Context, fn func(chatops.Tx) error) error {
	return s.records.Update(ctx, fn)
}

// View implements [chatops.Store]. It does not wait for an Update, nor does an Update wait for it, until the file outgrows
// a gigabyte (16 megabytes on Windows and on 32-bit machines): to grow further an Update waits for the end of each View
// that has begun.
func (s *Store) View(ctx context.Context, fn func(chatops.Tx) error) error {
	return s.records.View(ctx, fn)
}

// Backup writes a copy of the store, as it is at one instant, to w: a file that [Open] accepts. It is a View as far as
// Updates are concerned.
func (s *Store) Backup(w io.Writer) error { return s.records.Backup(w) }

// Close implements [chatops.Store]. It waits for the transactions that run, so it must not be called in one, and lets
// other processes open the file.
func (s *Store) Close() error { return s.records.Close() }
