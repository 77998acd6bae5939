package boltstore

import (
	"github.com/signalbox-go/signalbox/internal/boltfile"
	"github.com/signalbox-go/signalbox/standup"
)

// Open opens the store in the file at path. It creates the file, mode 0600, and
// its folder, mode 0700, if they are absent; a file of length zero is a new store.
// A store that others may read is given mode 0600 again.
//
// Open refuses, and leaves as it was, whatever it cannot use: a file that another
// process holds (after waiting a second for it), one that is not a regular file or
// cannot be written, that another program wrote, that is damaged or cut short, or
// that a newer version wrote. The error names the file and says what to do. Errors
// of the file system are found by [errors.Is], as in [fs.ErrPermission].
//
// Open reads the whole file to find damage, at about a gigabyte a second where the
// system has it in memory. The caller closes the store.
func Open(path string) (*Store, error) {
	records, err := boltfile.OpenRecords(path, boltfile.RecordsLayout{
		Name: "standup", What: "a standup database", Marker: "signalbox.standup", Format: 1,
		Closed: standup.ErrStoreClosed, ReadOnly: standup.ErrReadOnly,
	})
	if err != nil {
		return nil, err
	}
	return &Store{records: records}, nil
}
