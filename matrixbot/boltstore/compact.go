package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/signalbox-go/signalbox/internal/boltfile"
)

// compactChunk is how much is copied in one transaction, in bytes.
const compactChunk = 1 << 20

// Compact gives back the space in the file at path that deleted records leave. The store must
// not be open. A copy is written beside the file and takes its place when it is whole and on
// the disk: whatever happens, path is the old store or the new one. It returns the sizes in
// bytes.
func Compact(path string) (before, after int64, err error) {
	before, after, err = compact(path)
	if err != nil {
		return 0, 0, fmt.Errorf("boltstore: compact %s: %w", path, err)
	}
	return before, after, nil
}

func compact(path string) (before, after int64, err error) {
	if before, err = size(path); err != nil { // or a new store would be made
		return 0, 0, err
	}
	from, err := boltfile.Open(path, layout) // checked, and locked to the end
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.compact") // mode 0600
	if err != nil {
		return 0, 0, err
	}
	defer func() { // after success it is not there any more
		if removing := os.Remove(temp.Name()); !errors.Is(removing, os.ErrNotExist) {
			err = errors.Join(err, removing)
		}
	}()
	if err := temp.Close(); err != nil {
		return 0, 0, err
	}
	to, err := bbolt.Open(temp.Name(), 0o600, nil)
	if err != nil {
		return 0, 0, err
	}
	err = errors.Join(bbolt.Compact(to, from, compactChunk), to.Sync(), to.Close())
	if err != nil {
		return 0, 0, err
	}
	if after, err = size(temp.Name()); err != nil {
		return 0, 0, err
	}
	return before, after, boltfile.Replace(temp.Name(), path)
}

func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
