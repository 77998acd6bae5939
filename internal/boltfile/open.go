package boltfile

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
)

// formatKey is the key of the format in the marker bucket.
var formatKey = []byte("format")

// Layout says what a file of one kind has in it.
type Layout struct {
	What    string   // The kind of file, as people call it: "a standup database".
	Marker  []byte   // The bucket that says what the file is.
	Format  int      // Its version, from 1; raised when older programs could not use the file.
	Buckets [][]byte // What else there is.
	MapSize int      // How much of the address space is set aside; 0 leaves it to bbolt.
}

// RoomyMap is a MapSize for files that are read or backed up while they are written:
// a write that makes the file outgrow it has to wait for every read, so it is large
// where that costs nothing.
func RoomyMap() int {
	if runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 16 << 20 // Windows makes the file that long
	}
	return 1 << 30
}

// Open opens the file at path. It creates the file, mode 0600, and its folder, mode
// 0700, if they are absent; a file of length zero is a new one. A file that others
// may read is given mode 0600 again.
//
// Open refuses, and leaves as it was, whatever it cannot use. The error says what to
// do and does not name the file, which the caller does. The caller closes the file.
func Open(path string, layout Layout) (*bbolt.DB, error) {
	db, err := layout.open(path)
	if err != nil {
		return nil, layout.explain(path, err)
	}
	return db, nil
}

func (l Layout) open(path string) (*bbolt.DB, error) {
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
		if err := l.inspect(path); err != nil {
			return nil, err
		}
	}
	var file *os.File
	db, err := bbolt.Open(path, fileMode, &bbolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: l.MapSize,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			var err error
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, err
	}
	db.AllocSize = growBy
	if err := errors.Join(stillThere(path, file), l.prepare(db)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// stillThere reports an error where another file has taken the place of the one that was
// opened, while the lock was waited for: what is written to it would be lost.
func stillThere(path string, file *os.File) error {
	opened, err := file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !os.SameFile(opened, there) {
		return errors.New("another file took its place just now (start the program again)")
	}
	return nil
}

// inspect reports why the file is not one of ours, without the right to write to it.
func (l Layout) inspect(path string) error {
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
		_, err := l.recognise(tx)
		return err
	})
	return errors.Join(err, db.Close())
}

// recognise reports whether the file is of the kind and of a format that is known
// here. A file without any bucket is one whose creation was cut short.
func (l Layout) recognise(tx *bbolt.Tx) (isNew bool, err error) {
	marker := tx.Bucket(l.Marker)
	if marker == nil {
		if first, _ := tx.Cursor().First(); first == nil {
			return true, nil
		}
		return false, errors.New("it belongs to another program (choose another file)")
	}
	found, err := strconv.Atoi(string(marker.Get(formatKey)))
	if err != nil || found < 1 {
		return false, damage("its marks are not right")
	}
	if found > l.Format {
		return false, fmt.Errorf("it was written by a newer version, in format %d where this version knows %d (upgrade, or choose another file)", found, l.Format)
	}
	for _, name := range l.Buckets {
		if tx.Bucket(name) == nil {
			return false, damage("its marks are not right")
		}
	}
	return false, nil
}

// prepare gives a file that was just opened for writing its layout and its mode.
func (l Layout) prepare(db *bbolt.DB) error {
	var isNew bool
	err := db.Update(func(tx *bbolt.Tx) (err error) {
		// Looked at again: between inspect and now it could be replaced.
		if isNew, err = l.recognise(tx); err != nil || !isNew {
			return err
		}
		marker, err := tx.CreateBucket(l.Marker)
		if err != nil {
			return err
		}
		for _, name := range l.Buckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return marker.Put(formatKey, strconv.AppendInt(nil, int64(l.Format), 10))
	})
	if err != nil || runtime.GOOS == "windows" { // no such modes, no folders to sync
		return err
	}
	if isNew {
		if err := SyncFolder(filepath.Dir(db.Path())); err != nil {
			return err
		}
	}
	return protect(db.Path())
}

// Commit commits a transaction. bbolt panics where the pages contradict each other
// in a way that only writing shows; nothing has been written then.
func Commit(tx *bbolt.Tx) (err error) {
	defer func() {
		if what := recover(); what != nil {
			err = damage("%v", what)
		}
	}()
	return tx.Commit()
}

// Replace puts the file at from, whose content is on the disk, in the place of the one
// at to, and returns when that is on the disk too.
func Replace(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(to))
}

// SyncFolder makes the names of new files in a folder as durable as what is in them.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" { // no folders to sync
		return nil
	}
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
func (l Layout) explain(path string, err error) error {
	if errors.Is(err, berrors.ErrTimeout) {
		return fmt.Errorf("it is in use by another process (stop that process, or choose another file): %w", err)
	}
	if errors.Is(err, berrors.ErrInvalid) || errors.Is(err, berrors.ErrVersionMismatch) || errors.Is(err, berrors.ErrChecksum) {
		return fmt.Errorf("it is not %s, or its beginning is damaged; it was not changed (choose another file, or restore a backup): %w", l.What, err)
	}
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		if wrong.Path == path { // which is said already
			err = wrong.Err
		}
		return fmt.Errorf("%w (make the file and its folder readable and writable for this user, or choose another file)", err)
	}
	return err
}
