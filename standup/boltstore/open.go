package boltstore

import (
	"fmt"
	"runtime"
	"strconv"

	"github.com/signalbox-go/signalbox/internal/boltfile"
)

// recordsBucket holds all records.
var recordsBucket = []byte("records")

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
	db, err := boltfile.Open(path, boltfile.Layout{
		What: "a standup database", Marker: []byte("signalbox.standup"), Format: 1,
		Buckets: [][]byte{recordsBucket}, MapSize: mapSize(),
	})
	if err != nil {
		return nil, fmt.Errorf("standup: open %s: %w", path, err)
	}
	return &Store{db: db, path: path, writer: make(chan struct{}, 1)}, nil
}

// mapSize is how much of the address space is set aside for the file. An Update
// that makes the file outgrow it has to wait for every View, so it is large where
// that costs nothing.
func mapSize() int {
	if runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 16 << 20 // Windows makes the file that long
	}
	return 1 << 30
}
