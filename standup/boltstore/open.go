package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const (
	// lockTimeout is how long Open waits for another process to let go of the
	// file, so that a bot can be restarted without a pause.
	lockTimeout = time.Second

	// growBy is by how much the file grows when it is full.
	growBy = 1 << 20

	// fileMode lets only the owner read what people wrote.
	fileMode = 0o600

	// format is the version of the layout below. It is raised when an older
	// version of this package could not use the file.
	format = 1
)

// The layout: one bucket that says what the file is, one with all records.
var (
	markerBucket  = []byte("signalbox.standup")
	formatKey     = []byte("format")
	recordsBucket = []byte("records")
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
	store, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("standup: open %s: %w", path, explain(path, err))
	}
	return store, nil
}

func open(path string) (*Store, error) {
	if path == "" {
		return nil, errors.New("no file is named (name a file for the store)")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file (choose another file)")
	case info.Size() > 0:
		if err := inspect(path); err != nil {
			return nil, err
		}
	}
	db, err := bbolt.Open(path, fileMode, &bbolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: mapSize(),
	})
	if err != nil {
		return nil, err
	}
	db.AllocSize = growBy
	if err := prepare(db); err != nil {
		return nil, errors.Join(err, db.Close())
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

// inspect reports why the file is not a store, without the right to write to it.
func inspect(path string) error {
	var file *os.File
	db, err := bbolt.Open(path, fileMode, &bbolt.Options{
		ReadOnly: true,
		Timeout:  lockTimeout,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			var err error
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	if err != nil {
		return err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		// Before a page is read through the memory map, where damage can
		// end the process, all of them are read from the file.
		if err := verify(file, int64(db.Info().PageSize), uint64(tx.ID())); err != nil {
			return err
		}
		_, err := recognise(tx)
		return err
	})
	return errors.Join(err, db.Close())
}

// recognise reports whether the file is a store of a format that is known here. A
// file without any bucket is one whose creation was cut short.
func recognise(tx *bbolt.Tx) (isNew bool, err error) {
	marker, records := tx.Bucket(markerBucket), tx.Bucket(recordsBucket)
	if marker == nil {
		if first, _ := tx.Cursor().First(); first == nil {
			return true, nil
		}
		return false, errors.New("it belongs to another program (choose another file)")
	}
	found, err := strconv.Atoi(string(marker.Get(formatKey)))
	if err != nil || found < 1 || records == nil {
		return false, damage("its marks are not right")
	}
	if found > format {
		return false, fmt.Errorf("it was written by a newer version, in format %d where this version knows %d (upgrade, or choose another file)", found, format)
	}
	return false, nil
}

// prepare gives a file that was just opened for writing its layout and its mode.
func prepare(db *bbolt.DB) error {
	var isNew bool
	err := db.Update(func(tx *bbolt.Tx) (err error) {
		// Looked at again: between inspect and now it could be replaced.
		if isNew, err = recognise(tx); err != nil || !isNew {
			return err
		}
		marker, err := tx.CreateBucket(markerBucket)
		if err != nil {
			return err
		}
		if err := marker.Put(formatKey, strconv.AppendInt(nil, format, 10)); err != nil {
			return err
		}
		_, err = tx.CreateBucket(recordsBucket)
		return err
	})
	if err != nil || runtime.GOOS == "windows" { // no such modes, no folders to sync
		return err
	}
	if isNew {
		if err := syncFolder(filepath.Dir(db.Path())); err != nil {
			return err
		}
	}
	return protect(db.Path())
}

// syncFolder makes the name of a new file as durable as what is in it.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// protect sets the mode of the file, which may be an old one or differ from what
// was asked for because of the umask.
func protect(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode != fileMode {
		if err := os.Chmod(path, fileMode); err != nil {
			return fmt.Errorf("its mode is %v and must be %v: %w", mode, os.FileMode(fileMode), err)
		}
	}
	return nil
}

// damage says that the file is a bbolt file which is not whole.
func damage(format string, args ...any) error {
	return fmt.Errorf("it is damaged and was not changed: "+format+" (restore a backup, or choose another file)", args...)
}

// explain says what to do about the errors that bbolt and the system return.
func explain(path string, err error) error {
	if errors.Is(err, berrors.ErrTimeout) {
		return fmt.Errorf("it is in use by another process (stop that process, or choose another file): %w", err)
	}
	if errors.Is(err, berrors.ErrInvalid) || errors.Is(err, berrors.ErrVersionMismatch) || errors.Is(err, berrors.ErrChecksum) {
		return fmt.Errorf("it is not a standup database, or its beginning is damaged; it was not changed (choose another file, or restore a backup): %w", err)
	}
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		if wrong.Path == path { // which is said already
			err = wrong.Err
		}
		return fmt.Errorf("%w (make the file and its folder readable and writable for this user, or choose another file)", err)
	}
	return err
}
