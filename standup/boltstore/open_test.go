package boltstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/boltstore"
)

func TestOpenCreatesForTheOwnerOnly(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new", "folder")
	path := filepath.Join(folder, "standup.db")
	require.NoError(t, create(t, path, 10).Close())
	assertMode(t, folder, 0o700)
	assertMode(t, path, 0o600)

	require.NoError(t, os.Chmod(path, 0o644)) // as after a copy
	store, err := boltstore.Open(path)
	require.NoError(t, err)
	assertMode(t, path, 0o600)
	assert.Equal(t, 10, count(t, store))
}

func assertMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, want, info.Mode().Perm(), path)
}

// A file of length zero, and one whose creation was cut short, are new stores.
func TestOpenUnfinished(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, path string){
		"length zero":   func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, nil, 0o644)) },
		"without marks": func(t *testing.T, path string) { editBolt(t, path, func(*bbolt.Tx) error { return nil }) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "standup.db")
			prepare(t, path)
			assert.Equal(t, 0, count(t, create(t, path, 0)))
			assertMode(t, path, 0o600)
		})
	}
}

// editBolt changes a file by means of bbolt alone.
func editBolt(t *testing.T, path string, edit func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(edit))
	require.NoError(t, db.Close())
}

// cut keeps the first n bytes of a file.
func cut(n int64) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		require.NoError(t, os.Truncate(path, n))
	}
}

// overwrite replaces bytes of a file.
func overwrite(at int64, with string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = file.WriteAt([]byte(with), at)
		require.NoError(t, err)
		require.NoError(t, file.Close())
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	write := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		}
	}
	edit := func(edit func(*bbolt.Tx) error) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			editBolt(t, path, edit)
		}
	}
	setFormat := func(value string) func(*testing.T, string) {
		return edit(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("signalbox.standup")).Put([]byte("format"), []byte(value))
		})
	}
	const foreign = "it is not a standup database, or its beginning is damaged; it was not changed"
	const page = 4096
	require.Equal(t, page, os.Getpagesize(), "the offsets below are for this size")
	for name, c := range map[string]struct {
		existing bool // break a store with 1,000 records, rather than make a file
		spoil    func(*testing.T, string)
		want     string
	}{
		"a short text":          {false, write("ZULIP_SITE=https://chat.example.com\n"), foreign},
		"a long text":           {false, write(strings.Repeat("a line of a log\n", 10_000)), foreign},
		"an SQLite database":    {false, write("SQLite format 3\x00" + strings.Repeat("\x00", 2*page)), foreign},
		"nothing but zeros":     {false, write(strings.Repeat("\x00", 4*page)), foreign},
		"bbolt of another":      {false, edit(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("users")); return err }), "it belongs to another program (choose another file)"},
		"a newer format":        {true, setFormat("2"), "it was written by a newer version, in format 2 where this version knows 1 (upgrade, or choose another file)"},
		"no format":             {true, setFormat("one"), "it is damaged and was not changed: its marks are not right"},
		"no records":            {true, edit(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("records")) }), "it is damaged and was not changed: its marks are not right"},
		"cut to half":           {true, cut(30 * page), "it is damaged and was not changed: it is cut short, 30 of "},
		"cut in the first page": {true, cut(1000), foreign},
		"cut behind two pages":  {true, cut(2 * page), "it is damaged and was not changed: it is cut short, 2 of "},
		"beginning overwritten": {true, overwrite(0, strings.Repeat("x", 2*page)), foreign},
		"all pages overwritten": {true, overwrite(2*page, strings.Repeat("\xff", 100*page)), "it is damaged and was not changed: page "},
		"some pages of zeros":   {true, overwrite(2*page, strings.Repeat("\x00", 100*page)), "it is damaged and was not changed: page "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "standup.db")
			if c.existing {
				require.NoError(t, create(t, path, 1000).Close())
			}
			c.spoil(t, path)
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = boltstore.Open(path)
			require.ErrorContains(t, err, "standup: open "+path+": "+c.want)
			assert.Contains(t, err.Error(), "(", "it says what to do")
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, before, after, "the file is not changed")
		})
	}
}

func TestOpenRefusesPaths(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for path, want := range map[string]string{
		"":                             "standup: open : no file is named (name a file for the store)",
		folder:                         "standup: open " + folder + ": it is not a regular file (choose another file)",
		os.DevNull:                     "standup: open " + os.DevNull + ": it is not a regular file (choose another file)",
		filepath.Join(file, "below"):   "not a directory (make the file and its folder readable and writable for this user, or choose another file)",
		filepath.Join(file, "b", "db"): "mkdir " + file + ": not a directory (make the file",
	} {
		_, err := boltstore.Open(path)
		require.ErrorContains(t, err, want)
	}
}

// One page that cannot be read is found wherever it is, whatever the bits.
func FuzzOpenDamaged(f *testing.F) {
	path := filepath.Join(f.TempDir(), "standup.db")
	require.NoError(f, create(f, path, 600).Close())
	whole, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(uint32(8192), []byte{0xff, 0xff}, uint32(0))
	f.Add(uint32(4096*3+8), []byte{2}, uint32(0))
	f.Add(uint32(4096*4+16), []byte("\xff\xff\xff\x7f"), uint32(0))
	f.Add(uint32(0), []byte(nil), uint32(5000))
	f.Fuzz(func(t *testing.T, at uint32, patch []byte, cut uint32) {
		damaged := whole[:len(whole)-int(cut)%len(whole)]
		damaged = append([]byte(nil), damaged...)
		copy(damaged[int(at)%len(damaged):], patch)
		path := filepath.Join(t.TempDir(), "standup.db")
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		store, err := boltstore.Open(path)
		if err != nil {
			require.ErrorContains(t, err, path)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, damaged, after, "a refused file is not changed")
			return
		}
		// What is accepted can be read everywhere, and written.
		n := count(t, store)
		err = store.Update(t.Context(), func(tx standup.Tx) error {
			var keys []string
			for r, err := range tx.Scan("team/", "") {
				require.NoError(t, err)
				if standup.CheckKey(r.Key) == nil {
					keys = append(keys, r.Key)
				}
			}
			for i, key := range keys {
				if i%3 == 0 {
					require.NoError(t, tx.Delete(key))
				} else {
					require.NoError(t, tx.Put(key, make([]byte, i%300)))
				}
			}
			return tx.Put("new", nil)
		})
		if err != nil { // Or writing shows the damage, and writes nothing.
			require.ErrorContains(t, err, path)
			require.Equal(t, n, count(t, store))
		}
		require.NoError(t, store.Close())
	})
}
